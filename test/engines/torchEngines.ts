import { checkedEngine } from '../../trainer/engines/checkedEngine.ts'
import type { Engine } from '../../trainer/engines/engine.ts'
import { startTorchEngine } from '../../trainer/engines/torch/startTorchEngine.ts'

/** A Python with PyTorch and transformers, as the test script found it. */
const python = process.env['ROLLOUT_LAB_PYTHON']

export const withoutPython = python === undefined ? 'it needs a Python with PyTorch and transformers (npm run setup:torch), named by ROLLOUT_LAB_PYTHON' : undefined

/** Describes tests that need PyTorch; without it they are told in one line. */
export function describeWithTorch(title: string, tests: (this: Mocha.Suite) => void): void {
  if (withoutPython === undefined) describe(title, tests)
  else it(`${title}: ${withoutPython}`)
}

/** Few enough tokens that every batch of the suite is cut into micro-batches. */
function startOne(): Promise<Engine> {
  return startTorchEngine({ python: python!, threads: 1, microBatchTokens: 24, options: { device: 'cpu' } })
}

/** Importing PyTorch takes longer than most tests: processes that a test has done with serve the next one, whose model replaces theirs. */
class Processes {
  readonly #all: Promise<Engine>[] = []
  #idle: Promise<Engine>[] = []

  take(): Promise<Engine> {
    const free = this.#idle.pop()
    if (free) return free
    const started = startOne()
    this.#all.push(started)
    return started
  }

  giveBack(engine: Promise<Engine>): void {
    this.#idle.push(engine)
  }

  async end(): Promise<void> {
    this.#idle = []
    for (const engine of await Promise.all(this.#all.splice(0))) await engine.close()
  }
}

const processes = new Processes()

/** Starts a process ahead of the first test. */
export async function warmUp(): Promise<void> {
  const engine = processes.take()
  await engine
  processes.giveBack(engine)
}

export const endTorchEngines = (): Promise<void> => processes.end()

/** An engine without a model, in a process that others may have used before. */
export function torchEngine(): Engine {
  const started = processes.take()
  const forwarded = new Proxy({} as Engine, {
    get: (_, verb: keyof Engine) => async (...given: readonly unknown[]) => {
      if (verb === 'close') return processes.giveBack(started)
      const call = (await started)[verb] as (...values: readonly unknown[]) => unknown
      return call(...given)
    }
  })
  return checkedEngine(forwarded)
}
