import { LabError } from '../errors.ts'
import { checkTokens } from './callLimits.ts'
import type { CallLimits } from './callLimits.ts'
import { CallQueue } from './callQueue.ts'
import { checkPrompts, checkSampling } from './checkSampling.ts'
import { checkLoss, checkOptimizerStep, checkSequences, checkTrainSequences } from './checkTraining.ts'
import type { Engine, Loss, ModelInfo, OptimizerStep, TrainSequence } from './engine.ts'

/** A step that changes no weight and no moment, and spends the gradient. */
const SPEND: OptimizerStep = { name: 'sgd', learningRate: 0, beta1: 0, beta2: 0, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 0 }

const noModel = (): LabError => new LabError('engine', 'engine/no-model', 'No model is loaded.', { remedy: 'Call loadModel first.' })

/**
 * An engine that is never handed a call which no engine can make sense of: such a call is refused here, with the codes and words
 * that every engine uses, so that an engine in another language need not check again. What only the engine can know (numbers on
 * the way, files, heads, snapshots) stays with it. Calls keep their order; a refused training call clears the gradient.
 */
export function checkedEngine(engine: Engine): Engine {
  const queue = new CallQueue()
  let limits: CallLimits | undefined
  const opened = (model: ModelInfo): ModelInfo => {
    limits = { vocabularySize: model.vocabularySize, contextLength: model.contextLength }
    return model
  }
  const withModel = <T>(call: (limits: CallLimits) => Promise<T> | T): Promise<T> =>
    queue.run(() => {
      if (limits === undefined) throw noModel()
      return call(limits)
    })
  const always = <T>(call: () => Promise<T>): Promise<T> => queue.run(call)
  const spendingIfRefused = async (check: () => void): Promise<void> => {
    try {
      check()
    } catch (error) {
      await spendGradient(engine)
      throw error
    }
  }
  return {
    info: () => always(() => engine.info()),
    loadModel: (source) => always(async () => opened(await engine.loadModel(source))),
    load: (folder, options) => always(async () => opened(await engine.load(folder, options))),
    encode: (texts) => withModel(() => engine.encode(texts)),
    decode: (tokens) =>
      withModel((known) => {
        tokens.forEach((sequence, i) => checkTokens(known, sequence, `tokens[${i}]`))
        return engine.decode(tokens)
      }),
    renderChat: (conversations) => withModel(() => engine.renderChat(conversations)),
    sample: (prompts, parameters, events, signal) =>
      withModel((known) => {
        checkSampling(known, prompts, parameters)
        checkPrompts(known, prompts)
        return engine.sample(prompts, parameters, events, signal)
      }),
    logprobs: (sequences, snapshot, signal) =>
      withModel((known) => {
        checkSequences(known, sequences)
        return engine.logprobs(sequences, snapshot, signal)
      }),
    headValues: (sequences, signal) =>
      withModel((known) => {
        checkSequences(known, sequences)
        return engine.headValues(sequences, signal)
      }),
    forwardBackward: (data, loss, signal) =>
      withModel(async (known) => {
        await spendingIfRefused(() => checkTraining(known, data, loss))
        return engine.forwardBackward(data.map(finiteWhereMasked), loss, signal)
      }),
    optimStep: (step) =>
      withModel(async () => {
        await spendingIfRefused(() => checkOptimizerStep(step))
        return engine.optimStep(step)
      }),
    resetOptimizer: () => withModel(() => engine.resetOptimizer()),
    snapshot: (name) => withModel(() => engine.snapshot(name)),
    restore: (name) => withModel(() => engine.restore(name)),
    dropSnapshot: (name) => withModel(() => engine.dropSnapshot(name)),
    save: (folder, options) => withModel(() => engine.save(folder, options)),
    gradients: () => withModel(() => engine.gradients()),
    close: () => engine.close()
  }
}

function checkTraining(limits: CallLimits, data: readonly TrainSequence[], loss: Loss): void {
  checkTrainSequences(data)
  checkSequences(limits, data)
  checkLoss(data, loss)
}

/** A gradient that is not finite is spent by the step that rejects. */
async function spendGradient(engine: Engine): Promise<void> {
  try {
    await engine.optimStep(SPEND)
  } catch (error) {
    if (!LabError.is(error, 'engine/not-finite')) throw error
  }
}

const PER_TOKEN = ['advantages_T', 'behaviourLogprobs_T', 'referenceLogprobs_T', 'weights_T', 'stepLabels_T', 'returns_T'] as const

/** What is masked may hold anything, but JSON knows finite numbers only. */
function finiteWhereMasked(sequence: TrainSequence): TrainSequence {
  const broken = PER_TOKEN.filter((name) => sequence[name]?.some((value) => value !== null && !Number.isFinite(value)))
  if (broken.length === 0) return sequence
  const mended = broken.map((name) => [name, sequence[name]!.map((value) => (value === null || Number.isFinite(value) ? value : 0))] as const)
  return { ...sequence, ...Object.fromEntries(mended) }
}
