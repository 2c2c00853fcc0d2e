import * as op from '../graph/operators.ts'
import type { SamplingParameters } from '../../engine.ts'
import type { Graph, Value } from '../graph/graph.ts'
import type { Dim } from '../graph/protobuf.ts'

/**
 * How a token is picked. Filters sort the vocabulary, which costs, so that each kind has a graph of its own: `policy` is
 * temperature 1 without filters, `tempered` another temperature without filters.
 */
export type SamplingKind = 'greedy' | 'policy' | 'tempered' | 'filtered'

export function samplingKind({ temperature, topK, topP, minP }: SamplingParameters): SamplingKind {
  if (temperature === 0) return 'greedy'
  if (topK > 0 || topP < 1 || minP > 0) return 'filtered'
  return temperature === 1 ? 'policy' : 'tempered'
}

/** Inputs of a graph that samples; one value for all rows. */
export interface SamplingInputs {
  readonly kind: SamplingKind
  readonly inverseTemperature?: Value
  /** int64 [1]: how many tokens stay, the whole vocabulary where top-k is off. */
  readonly topK?: Value
  readonly topP?: Value
  readonly minP?: Value
}

/** Names: `inverseTemperature`, `topK`, `topP`, `minP`, where the kind reads them. */
export function samplingInputs(g: Graph, kind: SamplingKind): SamplingInputs {
  if (kind === 'greedy' || kind === 'policy') return { kind }
  const inverseTemperature = g.input('inverseTemperature', [])
  if (kind === 'tempered') return { kind, inverseTemperature }
  return { kind, inverseTemperature, topK: g.input('topK', [1], 'int64'), topP: g.input('topP', []), minP: g.input('minP', []) }
}

/** One token a row, [B] each. */
export interface Draw {
  /** int64 */
  readonly tokens: Value
  /** Of the token under the policy at temperature 1. */
  readonly logprobs: Value
  /** Of the token under the distribution sampled from; 0 where greedy. */
  readonly samplingLogprobs: Value
  /** Of the policy at temperature 1, in nats. */
  readonly entropies: Value
}

/** Draws a token for each row of logits ([B, V]) with its uniform number ([B, 1]). */
export function drawTokens(g: Graph, inputs: SamplingInputs, logits: Value, uniforms: Value): Draw {
  const policy = op.logSoftmax(g, logits)
  const probabilities = op.exp(g, policy)
  const entropies = op.neg(g, op.reduceSum(g, op.mul(g, probabilities, policy), [1], false))
  const { tokens, samplingLogprobs } = pick(g, inputs, { logits, policy, probabilities }, uniforms)
  const logprobs = column(g, op.gatherElements(g, policy, tokens))
  return { tokens: column(g, tokens), logprobs, samplingLogprobs: samplingLogprobs ? column(g, samplingLogprobs) : logprobs, entropies }
}

interface Distribution {
  readonly logits: Value
  readonly policy: Value
  readonly probabilities: Value
}

/** [B, 1] each; without `samplingLogprobs` they are the policy's. */
interface Picked {
  readonly tokens: Value
  readonly samplingLogprobs?: Value
}

function pick(g: Graph, inputs: SamplingInputs, { logits, policy, probabilities }: Distribution, uniforms: Value): Picked {
  if (inputs.kind === 'policy') return { tokens: inverseCdf(g, probabilities, uniforms).indices }
  if (inputs.kind === 'greedy') {
    const attributes = { axis: { int: 1 }, keepdims: { int: 1 } }
    const tokens = g.node('ArgMax', [policy], { dims: [policy.dims[0]!, 1], type: 'int64' }, { attributes })
    return { tokens, samplingLogprobs: op.mul(g, uniforms, g.scalar(0)) }
  }
  const tempered = op.logSoftmax(g, op.mul(g, logits, inputs.inverseTemperature!))
  if (inputs.kind === 'filtered') return pickFiltered(g, inputs, tempered, uniforms)
  const tokens = inverseCdf(g, op.exp(g, tempered), uniforms).indices
  return { tokens, samplingLogprobs: op.gatherElements(g, tempered, tokens) }
}

/**
 * Temperature, then top-k, then top-p over what top-k left (the smallest set of likeliest tokens that holds the mass), then
 * min-p (relative to the likeliest). Each filter keeps a prefix of the tokens sorted by probability, so all of it happens in
 * sorted order. The likeliest token always stays.
 */
function pickFiltered(g: Graph, inputs: SamplingInputs, tempered: Value, uniforms: Value): Picked {
  const dims = [tempered.dims[0]!, 'kept tokens']
  const outputs = [{ dims }, { dims, type: 'int64' as const }]
  const [logs, ids] = g.nodeWithOutputs('TopK', [tempered, inputs.topK!], outputs, { attributes: { axis: { int: 1 } } })
  const sorted = op.exp(g, logs!)
  const before = cumulativeSum(g, sorted, true)
  const mass = op.mul(g, op.reduceSum(g, sorted, [1], true), inputs.topP!)
  const first = g.node('Slice', [sorted, g.integers([0]), g.integers([1]), g.integers([1])], { dims: [dims[0]!, 1] })
  const kept = op.and(g, op.less(g, before, mass), op.lessOrEqual(g, op.mul(g, first, inputs.minP!), sorted))
  const weights = op.where(g, kept, sorted, g.scalar(0))
  const { indices, total } = inverseCdf(g, weights, uniforms)
  return {
    tokens: op.gatherElements(g, ids!, indices),
    samplingLogprobs: op.sub(g, op.gatherElements(g, logs!, indices), op.log(g, total))
  }
}

/**
 * The index whose interval of the cumulated weights holds uniform · total: the number of cumulated sums at most that. The
 * total is the last float32 sum itself, not 1, and a uniform is at most 1 − 2⁻²⁴, so the product rounds to less than the
 * total: some index always has a larger sum, and the first such one has a weight above 0.
 */
function inverseCdf(g: Graph, weights: Value, uniforms: Value): { indices: Value; total: Value } {
  const sums = cumulativeSum(g, weights, false)
  const total = g.node('Gather', [sums, g.integers([-1])], { dims: [weights.dims[0]!, 1] }, { attributes: { axis: { int: 1 } } })
  const passed = op.lessOrEqual(g, sums, op.mul(g, uniforms, total))
  const indices = op.cast(g, op.reduceSum(g, op.cast(g, passed, 'float32'), [1], true), 'int64')
  return { indices, total }
}

function cumulativeSum(g: Graph, a: Value, exclusive: boolean): Value {
  const axis = g.constant('int64', [], [1])
  return g.node('CumSum', [a, axis], { dims: a.dims }, { attributes: { exclusive: { int: Number(exclusive) } } })
}

/** [B, 1] → [B]. */
function column(g: Graph, a: Value): Value {
  const rows: Dim = a.dims[0]!
  return g.node('Squeeze', [a, g.integers([1])], { dims: [rows] })
}
