import { setImmediate as nextTurn } from 'node:timers/promises'
import { LabError } from '../../../errors.ts'
import { LengthFeeds, headFeeds, headTensors, membersOf, parameterTensors, readingFeeds, rowFeeds, sequenceFeeds, sequenceRatioFeeds, sizeOf } from './batchFeeds.ts'
import { checkLoss, checkSequences, checkTrainSequences } from '../../checkTraining.ts'
import { LossReport, termFeeds } from './lossReport.ts'
import { headRows } from './headTerm.ts'
import { maskOf, tokenWeights } from './lossWeights.ts'
import { planMicroBatches } from './microBatches.ts'
import { firstNotFinite, notFiniteError } from './notFinite.ts'
import { pairTerm } from './pairTerm.ts'
import type { PairTermValue } from './pairTerm.ts'
import { SessionCache } from '../graph/sessionCache.ts'
import { AVERAGE, readsHead, termRows, termShape } from './lossGraph.ts'
import { ENTROPIES, HEADS, LOGPROBS, gradientOutput, headGraph, logprobGraph, trainingGraph } from './trainingGraph.ts'
import type { InferenceSession } from 'onnxruntime-node'
import type { ForwardBackwardResult, Loss, SequenceLogprobs, TokenSequence, TrainSequence } from '../../engine.ts'
import type { Feeds, WeighedSequence } from './batchFeeds.ts'
import type { GradientVector } from './gradientVector.ts'
import type { MicroBatch } from './microBatches.ts'
import type { ModelConfig } from '../model/modelConfig.ts'
import type { ParameterLayout } from '../model/parameterLayout.ts'

export interface TrainingPassOptions {
  /** Threads of one session; sessions never run side by side. */
  readonly threads: number
  /** Tokens of one micro-batch, padding included. Speed is flat from 512 to 2048, memory is not. */
  readonly microBatchTokens: number
}

/** Floats of logits in one micro-batch: a graph holds about six tensors of that size at once. */
const LOGIT_LIMIT = 2 ** 24
/** Losses whose sessions are kept: a stage has one, and a session holds on to the memory of its largest batch. */
const TRAINING_SESSIONS = 1
const SCORING_SESSIONS = 1

/**
 * Runs the training and the log-probability graph over whole batches, cut into micro-batches. Holds no weights: every call
 * takes the flat parameter vector, so that a snapshot is scored as the policy is. The same call gives the same bits.
 */
export class TrainingPass {
  private readonly config: ModelConfig
  private readonly layout: ParameterLayout
  private readonly microBatchTokens: number
  private readonly training: SessionCache
  private readonly scoring: SessionCache
  private readonly lengths: LengthFeeds

  constructor(config: ModelConfig, layout: ParameterLayout, options: TrainingPassOptions) {
    this.config = config
    this.layout = layout
    this.microBatchTokens = options.microBatchTokens
    this.training = new SessionCache(options.threads, TRAINING_SESSIONS)
    this.scoring = new SessionCache(options.threads, SCORING_SESSIONS)
    this.lengths = new LengthFeeds(config)
  }

  /** Log-probability and entropy of every completion token, in the order of `sequences`. */
  async logprobs(parameters: Float32Array, sequences: readonly TokenSequence[], signal?: AbortSignal): Promise<SequenceLogprobs[]> {
    checkSequences(this.config, sequences)
    const session = await this.scoring.get('logprobs', () => logprobGraph(this.config, this.layout))
    const weights = parameterTensors(this.layout, parameters)
    const results = sequences.map(noTokens)
    for (const batch of this.plan(sequences, false)) {
      await giveWay(signal)
      const feeds = { ...sequenceFeeds(membersOf(sequences, batch), batch.length), ...this.lengths.of(batch.length) }
      const outputs = await session.run({ ...weights, ...feeds }, [LOGPROBS, ENTROPIES])
      this.scatter(parameters, sequences, batch, outputs, results)
    }
    return results
  }

  /** What the reward head says at every completion token, in the order of `sequences`. */
  async headValues(parameters: Float32Array, sequences: readonly TokenSequence[], signal?: AbortSignal): Promise<number[][]> {
    checkSequences(this.config, sequences)
    const session = await this.scoring.get('heads', () => headGraph(this.config, this.layout))
    const weights = { ...parameterTensors(this.layout, parameters), ...headTensors(this.layout, parameters) }
    const results = sequences.map((): number[] => [])
    for (const batch of this.plan(sequences, true)) {
      await giveWay(signal)
      const feeds = { ...readingFeeds(membersOf(sequences, batch), batch.length), ...this.lengths.of(batch.length) }
      const outputs = await session.run({ ...weights, ...feeds }, [HEADS])
      const heads = outputs[HEADS]!.data as Float32Array
      if (!heads.every(Number.isFinite)) throw notFiniteError(firstNotFinite(this.layout, parameters) ?? HEADS, 'in the forward pass')
      let row = 0
      for (const index of batch.members) results[index] = Array.from(heads.subarray(row, row += sequences[index]!.completion.length))
    }
    return results
  }

  /**
   * Adds the gradient of `loss` over `data` to `gradient`. Where it rejects (bad data, a log-probability or loss that is not
   * finite, or cancelled) `gradient` is cleared. A gradient that is not finite under a finite loss shows at the optimiser's step.
   */
  async forwardBackward(parameters: Float32Array, gradient: GradientVector, data: readonly TrainSequence[], loss: Loss, signal?: AbortSignal): Promise<ForwardBackwardResult> {
    try {
      return await this.accumulate(parameters, gradient, data, loss, signal)
    } catch (error) {
      gradient.clear()
      throw error
    }
  }

  private async accumulate(parameters: Float32Array, gradient: GradientVector, data: readonly TrainSequence[], loss: Loss, signal?: AbortSignal): Promise<ForwardBackwardResult> {
    checkTrainSequences(data)
    checkSequences(this.config, data)
    checkLoss(data, loss)
    const withHead = loss.terms.some(readsHead)
    const masks = data.map(maskOf)
    const pairs = await this.pairTerms(parameters, data, masks, loss, signal)
    const session = await this.trainingSession(loss)
    const shared = { ...parameterTensors(this.layout, parameters), ...(withHead ? headTensors(this.layout, parameters) : {}), ...termFeeds(loss.terms) }
    const weighed = weigh(data, masks, loss, pairs)
    const logprobs = data.map(noTokens)
    const report = new LossReport(loss, new Map([...pairs].map(([i, { value }]) => [i, value])))
    for (const batch of this.plan(data, withHead)) {
      await giveWay(signal)
      const members = membersOf(weighed, batch)
      const sequences = membersOf(data, batch)
      const tokens = withHead ? headFeeds(sequences, batch.length) : sequenceFeeds(sequences, batch.length)
      const feeds = { ...shared, ...tokens, ...this.lengths.of(batch.length), ...lossFeeds(session, members) }
      const outputs = await session.run(feeds, { ...rowFetches(session), ...gradient.outputs(withHead) })
      gradient.written()
      this.scatter(parameters, data, batch, outputs, logprobs)
      report.add(members, outputs)
    }
    return { ...report.result(), logprobs, tokens: data.reduce((sum, sequence) => sum + (sequence.completion.length > 0 ? sizeOf(sequence, withHead).tokens : 0), 0) }
  }

  /** By index of their term. Both sides of a pair may be in different micro-batches, so they are scored before the gradient's pass. */
  private async pairTerms(
    parameters: Float32Array, data: readonly TrainSequence[], masks: readonly Float32Array[], { terms, normalisation }: Loss, signal?: AbortSignal
  ): Promise<Map<number, PairTermValue>> {
    if (!terms.some(({ kind }) => kind === 'pairwise')) return new Map()
    const unpaired = { prompt: [0], completion: [] }
    const scored = await this.logprobs(parameters, data.map((sequence) => (sequence.pair ? sequence : unpaired)), signal)
    return new Map(terms.flatMap((term, i) => (term.kind === 'pairwise' ? [[i, pairTerm(term, data, masks, scored, normalisation.denominator)] as const] : [])))
  }

  private trainingSession(loss: Loss): Promise<InferenceSession> {
    const shapes = loss.terms.map(termShape)
    return this.training.get(JSON.stringify(shapes), () => trainingGraph(this.config, this.layout, shapes))
  }

  private plan(sequences: readonly TokenSequence[], withHead: boolean): MicroBatch[] {
    return planMicroBatches(sequences.map((sequence) => sizeOf(sequence, withHead)), { tokens: this.microBatchTokens, logits: LOGIT_LIMIT, vocabularySize: this.config.vocabularySize })
  }

  /** Hands the rows of a micro-batch back to the sequences they belong to. */
  private scatter(parameters: Float32Array, sequences: readonly TokenSequence[], batch: MicroBatch, outputs: InferenceSession.ReturnType, results: SequenceLogprobs[]): void {
    const logprobs = outputs[LOGPROBS]!.data as Float32Array
    const entropies = outputs[ENTROPIES]!.data as Float32Array
    if (!logprobs.every(Number.isFinite) || !entropies.every(Number.isFinite)) {
      throw notFiniteError(firstNotFinite(this.layout, parameters) ?? LOGPROBS, 'in the forward pass')
    }
    let row = 0
    for (const index of batch.members) {
      const end = row + sequences[index]!.completion.length
      results[index] = { logprobs_T: Array.from(logprobs.subarray(row, end)), entropies_T: Array.from(entropies.subarray(row, end)) }
      row = end
    }
  }

  async close(): Promise<void> {
    await this.training.close()
    await this.scoring.close()
  }
}

const noTokens = (): SequenceLogprobs => ({ logprobs_T: [], entropies_T: [] })

/** A run of a session blocks the event loop; between two of them a cancellation may arrive. */
async function giveWay(signal: AbortSignal | undefined): Promise<void> {
  await nextTurn()
  if (signal?.aborted) throw new LabError('engine', 'engine/cancelled', 'The call was cancelled', { remedy: 'Call again.', cause: signal.reason })
}

function weigh(data: readonly TrainSequence[], masks: readonly Float32Array[], loss: Loss, pairs: ReadonlyMap<number, PairTermValue>): WeighedSequence[] {
  const weights = tokenWeights(masks, loss.normalisation)
  const rows = loss.terms.flatMap((term, k): (readonly [string, readonly ArrayLike<number>[]])[] => {
    if (term.kind === 'pairwise') return [[termRows(k, 'slopes'), pairs.get(k)!.slopes]]
    if (!readsHead(term)) return []
    const heads = headRows(term, data, masks, loss.normalisation.denominator)
    return [[termRows(k, 'targets'), heads.map(({ targets_T }) => targets_T)], [termRows(k, 'shares'), heads.map(({ shares_T }) => shares_T)]]
  })
  return data.map((sequence, i) => ({
    sequence, mask: masks[i]!, weights: weights[i]!, termRows: Object.fromEntries(rows.map(([name, values]) => [name, values[i]!]))
  }))
}

/** Of all inputs that a loss may read, those that this session's loss does. */
function lossFeeds(session: InferenceSession, batch: readonly WeighedSequence[]): Feeds {
  const all = { ...rowFeeds(batch), ...(session.inputNames.includes(AVERAGE) ? sequenceRatioFeeds(batch) : {}) }
  return Object.fromEntries(Object.entries(all).filter(([name]) => session.inputNames.includes(name)))
}

/** Outputs that onnxruntime allocates: everything but the gradients. */
const rowFetches = (session: InferenceSession): Record<string, null> =>
  Object.fromEntries(session.outputNames.filter((name) => !name.startsWith(gradientOutput(''))).map((name) => [name, null]))
