import type { Engine } from '../engines/engine.ts'
import { LabError } from '../errors.ts'
import { modelStepScorer } from '../orchestrator/modelStepScorer.ts'
import type { StepScorer } from '../rewards/stepScores.ts'

interface Started {
  readonly engine: Engine
  readonly scorer: StepScorer
}

/** Step reward models of a run, each on an engine of its own that starts when it is first asked. */
export class StepRewardModels {
  readonly #startEngine: () => Promise<Engine>
  readonly #started = new Map<string, Promise<Started>>()
  /** Folders of models that wait for the run's device. */
  readonly #waiting = new Set<string>()

  constructor(startEngine: () => Promise<Engine>) {
    this.#startEngine = startEngine
  }

  /** Loads the model, so that what is wrong with it shows at once. @throws LabError `model/no-reward-head`, or what loading throws. */
  async open(folder: string): Promise<StepScorer> {
    await this.#model(folder)
    return this.scorer(folder)
  }

  /** As `open`; where another run has the device the model is loaded by `openWaiting`, before which it cannot score. */
  async openOrWait(folder: string): Promise<StepScorer> {
    if (this.#waiting.has(folder)) return this.scorer(folder)
    try {
      return await this.open(folder)
    } catch (error) {
      if (!LabError.is(error, 'engine/device-busy')) throw error
      this.#waiting.add(folder)
      return this.scorer(folder)
    }
  }

  /** Loads what waited for the device, once the run has it. @throws what `open` throws */
  async openWaiting(): Promise<void> {
    for (const folder of this.#waiting) {
      await this.open(folder)
      this.#waiting.delete(folder)
    }
  }

  /** An engine that died is started again with the next call. */
  scorer(folder: string): StepScorer {
    return {
      score: async (problem, completion, ends) => {
        const { scorer } = await this.#model(folder)
        try {
          return await scorer.score(problem, completion, ends)
        } catch (error) {
          if (LabError.is(error, 'engine/died')) this.#started.delete(folder)
          throw error
        }
      }
    }
  }

  async close(): Promise<void> {
    const started = [...this.#started.values()]
    this.#started.clear()
    for (const each of await Promise.allSettled(started)) if (each.status === 'fulfilled') await each.value.engine.close()
  }

  #model(folder: string): Promise<Started> {
    const known = this.#started.get(folder)
    if (known) return known
    const starting = this.#start(folder)
    this.#started.set(folder, starting)
    starting.catch(() => this.#started.delete(folder))
    return starting
  }

  async #start(folder: string): Promise<Started> {
    const engine = await this.#startEngine()
    try {
      const model = await engine.loadModel({ kind: 'folder', folder })
      await engine.headValues([]).catch((error: unknown) => { throw asModelFault(error, folder) })
      return { engine, scorer: modelStepScorer(engine, model) }
    } catch (error) {
      await engine.close()
      throw error
    }
  }
}

function asModelFault(error: unknown, folder: string): unknown {
  if (!LabError.is(error, 'engine/no-reward-head')) return error
  return new LabError('model', 'model/no-reward-head', `${folder} has no step reward head.`, {
    place: folder, remedy: 'Name a model that the recipe `prm` trained, or a token classifier of two classes as TRL’s PRMTrainer makes one.', cause: error
  })
}
