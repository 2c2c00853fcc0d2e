import { EMBEDDING, FINAL_NORM, HEAD, layerInput } from './parameterLayout.ts'
import * as op from '../graph/operators.ts'
import type { ModelConfig } from './modelConfig.ts'
import type { ParameterLayout } from './parameterLayout.ts'
import type { Graph, Value } from '../graph/graph.ts'

/** The parameters as inputs of a graph, by the layout's names. */
export interface ParameterInputs {
  of(name: string): Value
  readonly all: readonly Value[]
}

export function parameterInputs(g: Graph, layout: ParameterLayout): ParameterInputs {
  const all = layout.graphInputs.map(({ name, shape }) => g.input(name, shape))
  const byName = new Map(all.map((value) => [value.name, value]))
  return { all, of: (name) => byName.get(name)! }
}

/** cos and sin of position × frequency: [positions, headSize / 2] each, row-major. */
export function rotaryAngles(config: ModelConfig, positions: number): { cos: Float32Array; sin: Float32Array } {
  const half = config.headSize / 2
  const cos = new Float32Array(positions * half)
  const sin = new Float32Array(positions * half)
  for (let position = 0; position < positions; position++) {
    for (let i = 0; i < half; i++) {
      const angle = position / config.ropeTheta ** ((2 * i) / config.headSize)
      cos[position * half + i] = Math.cos(angle)
      sin[position * half + i] = Math.sin(angle)
    }
  }
  return { cos, sin }
}

export interface Rotary {
  readonly positions: Value
  readonly cos: Value
  readonly sin: Value
}

const MASKED = -1e9

/** [length, length]: 0 where a query (row) may look at a key (column), a large negative number elsewhere. */
export function causalMask(length: number): Float32Array {
  const mask = new Float32Array(length * length)
  for (let row = 0; row < length; row++) mask.fill(MASKED, row * length + row + 1, (row + 1) * length)
  return mask
}

/** What depends on the length T of a batch's sequences alone; inputs, so that one session serves every length. */
export interface WholeSequences {
  /** int64 [B, T], right-padded, the first token at position 0. */
  readonly tokens: Value
  readonly rotary: Rotary
  /** [T, T] */
  readonly mask: Value
}

/** Names of those inputs: `tokens`, `cos` and `sin` ([T, headSize / 2]), `causalMask`. */
export function wholeSequenceInputs(g: Graph, config: ModelConfig): WholeSequences {
  const tokens = g.input('tokens', ['B', 'T'], 'int64')
  const angles = ['T', config.headSize / 2]
  const rotary = { positions: g.integers([0]), cos: g.input('cos', angles), sin: g.input('sin', angles) }
  const mask = g.input('causalMask', ['T', 'T'])
  g.bindDim('T', g.node('Gather', [op.shapeOf(g, tokens), g.integers([1])], { dims: [1] }, { attributes: { axis: { int: 0 } } }))
  return { tokens, rotary, mask }
}

/** Queries, keys and values of rows x ([N, d]): [N, heads · size] each, normed per head where the model does that. */
export function projections(g: Graph, c: ModelConfig, p: ParameterInputs, l: number, x: Value): readonly [Value, Value, Value] {
  const [queryWidth, keyWidth] = [c.heads * c.headSize, c.keyValueHeads * c.headSize]
  const normed = op.rmsNorm(g, x, p.of(layerInput(l, 'attentionNorm')), c.normEpsilon)
  const bias = c.attentionBias ? p.of(layerInput(l, 'qkvBias')) : undefined
  const qkv = op.matmul(g, normed, p.of(layerInput(l, 'qkv')), { transposeB: true }, bias)
  const [q, k, v] = op.split(g, qkv, [queryWidth, keyWidth, keyWidth], 1)
  if (!c.headNorm) return [q!, k!, v!]
  return [headNorm(g, c, q!, p.of(layerInput(l, 'queryNorm'))), headNorm(g, c, k!, p.of(layerInput(l, 'keyNorm'))), v!]
}

/** RMS norm of each head of x ([N, heads · size]). */
function headNorm(g: Graph, c: ModelConfig, x: Value, weight: Value): Value {
  const [rows, width] = [x.dims[0]!, Number(x.dims[1])]
  const heads = op.reshape(g, x, [rows, width / c.headSize, c.headSize])
  return op.reshape(g, op.rmsNorm(g, heads, weight, c.normEpsilon), [rows, width])
}

/** x + down(silu(gate) · up) of the normed x ([N, d]). */
export function mlp(g: Graph, c: ModelConfig, p: ParameterInputs, l: number, x: Value): Value {
  const normed = op.rmsNorm(g, x, p.of(layerInput(l, 'mlpNorm')), c.normEpsilon)
  const gate = op.matmul(g, normed, p.of(layerInput(l, 'gate')), { transposeB: true })
  const up = op.matmul(g, normed, p.of(layerInput(l, 'up')), { transposeB: true })
  const inner = op.mul(g, op.silu(g, gate), up)
  return op.add(g, x, op.matmul(g, inner, p.of(layerInput(l, 'down')), { transposeB: true }))
}

/** Logits ([N, V]) of hidden rows ([N, d]) as the last layer leaves them. */
export const head = (g: Graph, c: ModelConfig, p: ParameterInputs, x: Value): Value => logits(g, c, p, op.rmsNorm(g, x, p.of(FINAL_NORM), c.normEpsilon))

/** Logits ([N, V]) of normed rows ([N, d]). */
export const logits = (g: Graph, c: ModelConfig, p: ParameterInputs, normed: Value): Value =>
  op.matmul(g, normed, p.of(c.tiedHead ? EMBEDDING : HEAD), { transposeB: true })

/** The reward head's inputs, which come beside those of the language model. */
export interface RewardHead {
  readonly weight: Value
  readonly bias: Value
}

export const rewardHeadInputs = (g: Graph, { rewardHead: { weight, bias } }: ParameterLayout): RewardHead =>
  ({ weight: g.input(weight.name, weight.shape), bias: g.input(bias.name, bias.shape) })

/** What the reward head says ([N]) of normed rows ([N, d]). */
export function rewards(g: Graph, { weight, bias }: RewardHead, normed: Value): Value {
  const column = op.matmul(g, normed, weight, { transposeB: true })
  return op.add(g, op.reshape(g, column, [normed.dims[0]!]), bias)
}

/**
 * Causal attention over whole sequences. q, k, v: [N, heads · size] with N = B · T. The query heads that share a key
 * head are folded into rows, so that keys need no repetition and their gradient no sum.
 */
function causalAttention(g: Graph, c: ModelConfig, whole: WholeSequences, qkv: readonly [Value, Value, Value]): Value {
  const { rotary, mask } = whole
  const { heads, keyValueHeads, headSize } = c
  const rotate = (x: Value, count: number): Value =>
    op.rotary(g, op.reshape(g, x, ['B', 'T', count * headSize]), rotary.positions, rotary.cos, rotary.sin, count)
  const byHead = (x: Value, count: number): Value => op.transpose(g, op.reshape(g, x, ['B', 'T', count, headSize]), [0, 2, 1, 3])
  const q = op.reshape(g, byHead(rotate(qkv[0], heads), heads), ['B', keyValueHeads, 'G·T', headSize])
  const k = byHead(rotate(qkv[1], keyValueHeads), keyValueHeads)
  const v = byHead(qkv[2], keyValueHeads)
  const scores = op.matmul(g, q, k, { transposeB: true, scale: 1 / Math.sqrt(headSize) })
  const masked = op.add(g, op.reshape(g, scores, ['B', heads, 'T', 'T']), mask)
  const attention = op.reshape(g, op.softmax(g, masked), ['B', keyValueHeads, 'G·T', 'T'])
  const context = op.reshape(g, op.matmul(g, attention, v), ['B', heads, 'T', headSize])
  return op.reshape(g, op.transpose(g, context, [0, 2, 1, 3]), ['N', heads * headSize])
}

/**
 * Hidden states ([R, d]) behind the final norm at chosen rows of a batch of right-padded sequences. rows: int64 [R], each sequence · T + position, all
 * different. After the attention of the last layer nothing looks at other rows, so only the chosen ones go on.
 */
export function hiddenAt(g: Graph, c: ModelConfig, p: ParameterInputs, whole: WholeSequences, rows: Value): Value {
  let x = op.gatherRows(g, p.of(EMBEDDING), op.reshape(g, whole.tokens, ['N']))
  for (let l = 0; l < c.layers; l++) {
    let context = causalAttention(g, c, whole, projections(g, c, p, l, x))
    if (l === c.layers - 1) [context, x] = [op.gatherDistinctRows(g, context, rows), op.gatherDistinctRows(g, x, rows)]
    x = op.add(g, x, op.matmul(g, context, p.of(layerInput(l, 'output')), { transposeB: true }))
    x = mlp(g, c, p, l, x)
  }
  return op.rmsNorm(g, x, p.of(FINAL_NORM), c.normEpsilon)
}

/** Logits ([R, V]) at those rows. */
export const logitsAt = (g: Graph, c: ModelConfig, p: ParameterInputs, whole: WholeSequences, rows: Value): Value =>
  logits(g, c, p, hiddenAt(g, c, p, whole, rows))
