import { mlp, parameterInputs, projections } from '../model/decoderGraph.ts'
import { Graph } from '../graph/graph.ts'
import { EMBEDDING, layerInput } from '../model/parameterLayout.ts'
import * as op from '../graph/operators.ts'
import type { ModelConfig } from '../model/modelConfig.ts'
import type { ParameterLayout } from '../model/parameterLayout.ts'
import type { Value } from '../graph/graph.ts'

/** Names of the keys and values of layer l among a graph's inputs and outputs. */
export const keysOf = (l: number): string => `keys.${l}`
export const valuesOf = (l: number): string => `values.${l}`

interface Prompts {
  readonly cos: Value
  readonly sin: Value
  /** [T, T] */
  readonly mask: Value
}

/**
 * Keys (rotated) and values of every layer, [P, keyValueHeads, T, headSize], for P prompts of T tokens at positions 0 … T−1
 * (`tokens` int64 [P, T], right-padded: what stands behind a prompt's end is never looked at). The tables `cos` and `sin`
 * ([T, headSize / 2]) carry the attention scale, as the decode graph's do.
 */
export function prefillGraph(config: ModelConfig, layout: ParameterLayout): Graph {
  const g = new Graph('prefill')
  const p = parameterInputs(g, layout)
  const tokens = g.input('tokens', ['P', 'T'], 'int64')
  const angles = ['T', config.headSize / 2]
  const prompts = { cos: g.input('cos', angles), sin: g.input('sin', angles), mask: g.input('causalMask', ['T', 'T']) }
  g.bindDim('T', g.node('Gather', [op.shapeOf(g, tokens), g.integers([1])], { dims: [1] }, { attributes: { axis: { int: 0 } } }))
  let x = op.gatherRows(g, p.of(EMBEDDING), op.reshape(g, tokens, ['N']))
  for (let l = 0; l < config.layers; l++) {
    const [q, k, v] = byHead(g, config, prompts, projections(g, config, p, l, x))
    g.output(keysOf(l), k)
    g.output(valuesOf(l), v)
    // Nobody reads what the last layer makes of its keys and values.
    if (l === config.layers - 1) break
    const context = attention(g, config, prompts, q, k, v)
    x = op.add(g, x, op.matmul(g, context, p.of(layerInput(l, 'output')), { transposeB: true }))
    x = mlp(g, config, p, l, x)
  }
  return g
}

/** Queries, keys and values as [P, heads, T, headSize], the first two rotated. */
function byHead(
  g: Graph, c: ModelConfig, { cos, sin }: Prompts, [q, k, v]: readonly [Value, Value, Value]
): readonly [Value, Value, Value] {
  const split = (x: Value, heads: number): Value => op.transpose(g, op.reshape(g, x, ['P', 'T', heads, c.headSize]), [0, 2, 1, 3])
  const rotate = (x: Value, heads: number): Value =>
    op.rotary(g, op.reshape(g, x, ['P', 'T', heads * c.headSize]), g.integers([0]), cos, sin, heads)
  return [split(rotate(q, c.heads), c.heads), split(rotate(k, c.keyValueHeads), c.keyValueHeads), split(v, c.keyValueHeads)]
}

function attention(g: Graph, c: ModelConfig, { mask }: Prompts, q: Value, k: Value, v: Value): Value {
  const { heads, keyValueHeads, headSize } = c
  const grouped = op.reshape(g, q, ['P', keyValueHeads, 'G·T', headSize])
  const scores = op.reshape(g, op.matmul(g, grouped, k, { transposeB: true }), ['P', heads, 'T', 'T'])
  const weights = op.reshape(g, op.softmax(g, op.add(g, scores, mask)), ['P', keyValueHeads, 'G·T', 'T'])
  const context = op.reshape(g, op.matmul(g, weights, v), ['P', heads, 'T', headSize])
  return op.reshape(g, op.transpose(g, context, [0, 2, 1, 3]), ['N', heads * headSize])
}
