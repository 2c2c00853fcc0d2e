import { layerInput } from '../model/parameterLayout.ts'
import * as op from '../graph/operators.ts'
import type { ParameterInputs } from '../model/decoderGraph.ts'
import type { Graph, Value } from '../graph/graph.ts'
import type { ModelConfig } from '../model/modelConfig.ts'

/** Keys (rotated) and values of some tokens of B rows, [B, keyValueHeads, 1, slots, headSize] each. */
export interface KeyValue {
  readonly keys: Value
  readonly values: Value
}

export interface AttentionLayer {
  readonly config: ModelConfig
  readonly headScale: Value | undefined
  readonly cos: Value
  readonly sin: Value
}

/** One new token a row, and what it may look at. */
export interface AttentionStep {
  /** [B, (heads + 2 · keyValueHeads) · headSize]: query, key and value. */
  readonly projected: Value
  /** int64 [B, 1] */
  readonly positions: Value
  readonly frozen: KeyValue
  readonly recent: KeyValue
  /** For the frozen scores, [B, 1, 1, F, 1]. */
  readonly mask: Value
  /** int64 [2]: frozen slots, and recent ones with the new token's. */
  readonly lengths: Value
}

export interface Attended {
  /** [B, heads · headSize] */
  readonly context: Value
  /** With the new token's. */
  readonly recent: KeyValue
}

/**
 * Attention of one token a row over frozen and recent slots, one softmax over both. Every product is a matrix times a
 * vector, per row and head, with the query heads of a group broadcast over their key head: onnxruntime has a fast path for
 * vectors that packs nothing, which halves the time over grouping the queries into a matrix.
 */
export function attend(g: Graph, at: AttentionLayer, step: AttentionStep): Attended {
  const { keyValueHeads, heads, headSize } = at.config
  const groups = heads / keyValueHeads
  const { query, key, value } = rotatedHeads(g, at, step)
  const append = (old: Value, last: Value): Value => op.concat(g, [old, last], 3, 'R1')
  const recent: KeyValue = { keys: append(step.recent.keys, key), values: append(step.recent.values, value) }
  const scores = (keys: Value, slots: string): Value => g.node('MatMul', [keys, query], { dims: ['B', keyValueHeads, groups, slots, 1] })
  const both = op.concat(g, [op.add(g, scores(step.frozen.keys, 'F'), step.mask), scores(recent.keys, 'R1')], 3, 'F+R1')
  const weights = op.softmax(g, op.reshape(g, both, ['B', keyValueHeads, groups, 1, 'F+R1']))
  const parts = ['F', 'R1'].map((slots) => ({ dims: ['B', keyValueHeads, groups, 1, slots] }))
  const [onFrozen, onRecent] = g.nodeWithOutputs('Split', [weights, step.lengths], parts, { attributes: { axis: { int: 4 } } })
  const sum = (part: Value, values: Value): Value => g.node('MatMul', [part, values], { dims: ['B', keyValueHeads, groups, 1, headSize] })
  const context = op.add(g, sum(onFrozen!, step.frozen.values), sum(onRecent!, recent.values))
  return { context: op.reshape(g, context, ['B', heads * headSize]), recent }
}

/** Query [B, keyValueHeads, groups, headSize, 1], key and value [B, keyValueHeads, 1, 1, headSize]; the first two rotated. */
function rotatedHeads(g: Graph, at: AttentionLayer, { projected, positions }: AttentionStep): { query: Value; key: Value; value: Value } {
  const { config: { keyValueHeads, heads, headSize, normEpsilon }, headScale } = at
  const turningHeads = heads + keyValueHeads
  const [turning, value] = op.split(g, projected, [turningHeads * headSize, keyValueHeads * headSize], 1)
  const byHead = op.reshape(g, turning!, ['B', turningHeads, 1, headSize])
  const normed = headScale ? op.rmsNorm(g, byHead, headScale, normEpsilon) : byHead
  const turned = op.rotary(g, normed, positions, at.cos, at.sin, turningHeads)
  const [query, key] = op.split(g, turned, [heads, keyValueHeads], 1)
  const slot = ['B', keyValueHeads, 1, 1, headSize]
  return {
    query: op.reshape(g, query!, ['B', keyValueHeads, heads / keyValueHeads, headSize, 1]),
    key: op.reshape(g, key!, slot),
    value: op.reshape(g, value!, slot)
  }
}

/**
 * Where the model norms its query and key heads: the weights of both, [heads + keyValueHeads, 1, headSize], so that one
 * operator norms them all.
 */
export function headScaleOf(g: Graph, { heads, keyValueHeads, headSize, headNorm }: ModelConfig, parameters: ParameterInputs, layer: number): Value | undefined {
  if (!headNorm) return undefined
  const repeated = (name: 'queryNorm' | 'keyNorm', times: number): Value =>
    g.node('Expand', [parameters.of(layerInput(layer, name)), g.integers([times, 1, headSize])], { dims: [times, 1, headSize] })
  return op.concat(g, [repeated('queryNorm', heads), repeated('keyNorm', keyValueHeads)], 0)
}
