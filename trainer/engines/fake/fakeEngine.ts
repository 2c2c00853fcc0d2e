import { LabError } from '../../errors.ts'
import type {
  Capability, Engine, EngineFactory, EngineInfo, ForwardBackwardResult, Loss, ModelInfo, ModelSource, OptimizerStep, OptimizerStepResult,
  SequenceLogprobs, TokenSequence, TrainSequence
} from '../engine.ts'
import { checkTokens } from '../callLimits.ts'
import { checkPrompts, checkSampling } from '../checkSampling.ts'
import { checkLoss, checkOptimizerStep, checkSequences, checkTrainSequences } from '../checkTraining.ts'
import { createCallQueue } from './failures.ts'
import type { FailureScript } from './failures.ts'
import { isHeadTerm } from './headLoss.ts'
import { evaluateLoss } from './lossTerms.ts'
import { readModel, readOptimizer, writeModel } from './modelFolder.ts'
import type { StoredModel } from './modelFolder.ts'
import { sampleBatch } from './sampler.ts'
import { applyOptimizer, globalNorm, newOptimizerState } from './tableOptimizer.ts'
import type { OptimizerState } from './tableOptimizer.ts'
import { addGradient, addHeadGradient, copyTables, emptyTables, entropyOf, headOutputs, nextLogprobs, PARAMETERS, randomTables, rowsAt, TABLES } from './tabularPolicy.ts'
import type { Tables } from './tabularPolicy.ts'
import { createWordTokenizer } from './wordTokenizer.ts'
import type { WordTokenizer } from './wordTokenizer.ts'

export interface FakeEngineOptions {
  /** Default: all that a tabular policy can have. */
  readonly capabilities?: readonly Capability[]
  /** Default 8. */
  readonly chunkTokens?: number
  /** What it says that it computes on. Default the processor. */
  readonly device?: string
  readonly failures?: FailureScript
}

const CAPABILITIES: readonly Capability[] = [
  'sample', 'logprobs', 'entropy', 'policyGradient', 'crossEntropy', 'klToReference', 'entropyBonus', 'pairwise', 'rewardHead',
  'valueHead', 'snapshot', 'save'
]

interface Loaded extends StoredModel {
  hasHead: boolean
  readonly vocabularySize: number
  tables: Tables
  readonly tokenizer: WordTokenizer
  gradient: Tables
  optimizer: OptimizerState
  readonly snapshots: Map<string, Tables>
}

/**
 * A scripted engine for tests: the whole contract on a tabular softmax policy in double precision, deterministic, with
 * real learning and with failures on demand. One instance is one engine process.
 */
export function createFakeEngine(options: FakeEngineOptions = {}): Engine {
  const queue = createCallQueue(options.failures ?? (() => undefined))
  const chunkTokens = options.chunkTokens ?? 8
  let loaded: Loaded | undefined
  const model = (): Loaded => {
    if (loaded) return loaded
    throw new LabError('engine', 'engine/no-model', 'No model is loaded.', { remedy: 'Call loadModel first.' })
  }
  const call = <T>(verb: string, work: () => T | Promise<T>): Promise<T> => queue.run(verb, async () => work())
  return {
    info: () => call('info', () => describeEngine(options)),
    loadModel: (source) => call('loadModel', async () => describeModel((loaded = await openModel(source)))),
    encode: (texts) => call('encode', () => texts.map((text) => model().tokenizer.encode(text))),
    decode: (tokens) => call('decode', () => decode(model(), tokens)),
    renderChat: () => call('renderChat', () => Promise.reject(noChatTemplate())),
    sample: (prompts, parameters, events, signal) =>
      call('sample', () => {
        checkSampling(model(), prompts, parameters)
        checkPrompts(model(), prompts)
        return sampleBatch(model().tables, prompts, parameters, { ...model(), chunkTokens }, events, signal)
      }),
    logprobs: (sequences, snapshot, signal) =>
      call('logprobs', () => {
        checkSequences(model(), sequences)
        checkNotCancelled(signal)
        return scoreSequences(model(), tablesOf(model(), snapshot), sequences)
      }),
    headValues: (sequences, signal) =>
      call('headValues', () => {
        requireHead(model())
        checkSequences(model(), sequences)
        checkNotCancelled(signal)
        return sequences.map(({ completion }) => headOutputs(model().tables, completion, model().vocabularySize))
      }),
    forwardBackward: (data, loss, signal) => call('forwardBackward', () => train(model(), data, loss, signal)),
    optimStep: (step) => call('optimStep', () => update(model(), step)),
    resetOptimizer: () => call('resetOptimizer', () => void (model().optimizer = newOptimizerState(model().vocabulary.length))),
    snapshot: (name) => call('snapshot', () => void model().snapshots.set(name, copyTables(model().tables))),
    restore: (name) => call('restore', () => void (model().tables = copyTables(tablesOf(model(), name)))),
    dropSnapshot: (name) => call('dropSnapshot', () => void model().snapshots.delete(name)),
    save: (folder, { optimizer }) =>
      call('save', async () => {
        const { vocabulary, contextLength, tables, hasHead } = model()
        await writeModel(folder, { vocabulary, contextLength, tables, hasHead }, optimizer ? model().optimizer : undefined)
      }),
    load: (folder, { optimizer }) => call('load', async () => describeModel((loaded = await loadWeights(loaded, folder, optimizer)))),
    gradients: () => call('gradients', () => Object.fromEntries(trained(model()).map((table) => [table, [...model().gradient[table]]]))),
    close: async () => queue.close()
  }
}

/** Starts fake engines; `onStart` numbers them from 1, so that a test can script the failures of each. */
export function fakeEngineFactory(optionsOf: (start: number) => FakeEngineOptions = () => ({})): EngineFactory {
  let starts = 0
  return async () => createFakeEngine(optionsOf(++starts))
}

const describeEngine = ({ capabilities = CAPABILITIES, device = 'cpu' }: FakeEngineOptions): EngineInfo => ({
  name: 'fake', deterministic: true, capabilities, device, threads: 1, versions: { fake: '1' }
})

const describeModel = (model: Loaded): ModelInfo => ({
  architecture: 'TabularPolicy',
  parameters: trained(model).reduce((sum, table) => sum + model.tables[table].length, 0),
  vocabularySize: model.vocabulary.length,
  contextLength: model.contextLength,
  beginOfTextTokens: [],
  endOfTextTokens: [0],
  hasChatTemplate: false
})

const trained = ({ hasHead }: Loaded): typeof PARAMETERS | typeof TABLES => (hasHead ? PARAMETERS : TABLES)

function requireHead({ hasHead }: Loaded): void {
  if (hasHead) return
  throw new LabError('engine', 'engine/no-reward-head', 'The model has no reward head.', { remedy: 'Train one on step labels, or load a model that has one.' })
}

const noChatTemplate = (): LabError =>
  new LabError('model', 'model/no-chat-template', 'The model has no chat template.', { remedy: 'Use plain prompts.' })

async function openModel(source: ModelSource): Promise<Loaded> {
  if (source.kind === 'folder') return prepare(await readModel(source.folder))
  const { vocabulary } = source
  return prepare({ vocabulary, contextLength: source.model.contextLength, tables: randomTables(vocabulary.length, source.seed), hasHead: false })
}

function prepare(stored: StoredModel): Loaded {
  const size = stored.vocabulary.length
  return {
    ...stored,
    vocabularySize: size,
    tokenizer: createWordTokenizer(stored.vocabulary),
    gradient: emptyTables(size),
    optimizer: newOptimizerState(size),
    snapshots: new Map()
  }
}

/** Snapshots outlive a load, as the contract forgets them only on `loadModel`. */
async function loadWeights(before: Loaded | undefined, folder: string, optimizer: boolean): Promise<Loaded> {
  const stored = prepare(await readModel(folder))
  const snapshots = before?.snapshots ?? stored.snapshots
  const state = optimizer ? await readOptimizer(folder, stored.vocabulary.length) : undefined
  return { ...stored, snapshots, optimizer: state ?? stored.optimizer }
}

function tablesOf(model: Loaded, snapshot: string | undefined): Tables {
  if (snapshot === undefined) return model.tables
  const tables = model.snapshots.get(snapshot)
  if (tables) return tables
  throw new LabError('engine', 'engine/no-snapshot', `There is no snapshot ${JSON.stringify(snapshot)}.`, { remedy: 'Take it first.' })
}

function scoreSequences(model: Loaded, tables: Tables, sequences: readonly TokenSequence[]): SequenceLogprobs[] {
  return sequences.map(({ prompt, completion }) => {
    const distributions = completion.map((_, t) => nextLogprobs(tables, rowsAt(prompt, completion, t), model.vocabulary.length))
    return {
      logprobs_T: distributions.map((logprobs, t) => logprobs[completion[t]!]!),
      entropies_T: distributions.map(entropyOf)
    }
  })
}

function decode(model: Loaded, sequences: readonly (readonly number[])[]): string[] {
  sequences.forEach((tokens, i) => checkTokens(model, tokens, `tokens[${i}]`))
  return sequences.map((tokens) => model.tokenizer.decode(tokens))
}

/** Whatever is wrong with a call, the gradient before it is forgotten. */
function train(model: Loaded, data: readonly TrainSequence[], loss: Loss, signal: AbortSignal | undefined): ForwardBackwardResult {
  try {
    checkTrainSequences(data)
    checkSequences(model, data)
    checkLoss(data, loss)
    checkNotCancelled(signal)
    return accumulate(model, data, loss)
  } catch (error) {
    model.gradient = emptyTables(model.vocabulary.length)
    throw error
  }
}

function accumulate(model: Loaded, data: readonly TrainSequence[], loss: Loss): ForwardBackwardResult {
  const logprobs = scoreSequences(model, model.tables, data)
  const heads = data.map(({ completion }) => headOutputs(model.tables, completion, model.vocabularySize))
  const value = evaluateLoss(data, logprobs.map((scored, i) => ({ ...scored, heads_T: heads[i]! })), loss)
  if (!Number.isFinite(value.loss)) throw notFinite('loss')
  model.hasHead ||= loss.terms.some(isHeadTerm)
  data.forEach(({ prompt, completion }, i) => {
    addHeadGradient(model.gradient, completion, value.gradHeads[i]!, model.vocabularySize)
    completion.forEach((token, t) => {
      const rows = rowsAt(prompt, completion, t)
      const distribution = nextLogprobs(model.tables, rows, model.vocabulary.length)
      addGradient(model.gradient, rows, distribution, token, value.gradLogprobs[i]![t]!, value.gradEntropies[i]![t]!)
    })
  })
  const { loss: total, termValues, clippedLow, clippedHigh, meanRatio, maxRatio } = value
  const tokens = data.reduce((sum, { prompt, completion }) => sum + prompt.length + completion.length, 0)
  return { logprobs, loss: total, termValues, clippedLow, clippedHigh, meanRatio, maxRatio, tokens }
}

function update(model: Loaded, step: OptimizerStep): OptimizerStepResult {
  const gradient = model.gradient
  model.gradient = emptyTables(model.vocabulary.length)
  checkOptimizerStep(step)
  if (!Number.isFinite(globalNorm(gradient))) throw notFinite(firstBroken(gradient))
  const result = applyOptimizer(model.tables, gradient, model.optimizer, step)
  if (!Number.isFinite(result.updateNorm + result.parameterNorm)) throw notFinite(firstBroken(model.tables))
  return result
}

function checkNotCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new LabError('engine', 'engine/cancelled', 'The call was cancelled.', { remedy: 'Call again.', cause: signal.reason })
}

/** The first table with a value that is not finite, or whose squares are not. */
const firstBroken = (tables: Tables): string =>
  PARAMETERS.find((table) => !Number.isFinite(tables[table].reduce((sum, x) => sum + x * x, 0))) ?? TABLES[0]

const notFinite = (tensor: string): LabError =>
  new LabError('engine', 'engine/not-finite', `${tensor} holds a value that is not finite.`, {
    remedy: 'Lower the learning rate, or resume from the last checkpoint.',
    place: tensor
  })
