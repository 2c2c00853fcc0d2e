/**
 * Reverse-mode differentiation of a graph: a table with one rule per operator, and the walk that applies it. A rule gets the
 * node and the gradient of some scalar by each of its outputs (`undefined` where an output does not matter) and appends the
 * nodes that compute the gradient by each input. Inputs without a gradient (indices, conditions, bounds) stay `undefined`.
 */
import { LabError } from '../../../errors.ts'
import * as op from './operators.ts'
import type { Graph, Node, Value } from './graph.ts'
import type { Dim } from './protobuf.ts'

type Gradient = Value | undefined
type Rule = (g: Graph, node: Node, byOutput: readonly Gradient[]) => readonly Gradient[]

/** Tables of more rows than this get their gradient by scattering; below, a product with a one-hot matrix is faster. */
const ONE_HOT_LIMIT = 4096

const input = (node: Node, i: number): Value => node.inputs[i]!

function int(node: Node, name: string): number {
  const attribute = node.attributes[name]
  return attribute && 'int' in attribute ? attribute.int : 0
}

function float(node: Node, name: string, otherwise: number): number {
  const attribute = node.attributes[name]
  return attribute && 'float' in attribute ? attribute.float : otherwise
}

/** Sums a gradient back over the axes along which its input was broadcast. */
function unbroadcast(g: Graph, gradient: Value, dims: readonly Dim[]): Value {
  if (op.sameDims(gradient.dims, dims)) return gradient
  const extra = gradient.dims.length - dims.length
  const axes = gradient.dims.flatMap((dim, i) => (i < extra || (dims[i - extra] === 1 && dim !== 1) ? [i] : []))
  return op.reshape(g, op.reduceSum(g, gradient, axes, true), dims)
}

/** A rule for operators with one output that matters. */
const single = (rule: (g: Graph, node: Node, dy: Value) => readonly Gradient[]): Rule =>
  (g, node, [dy]) => (dy ? rule(g, node, dy) : [])

/** A rule for elementwise operators of two broadcast inputs. */
const elementwise = (rule: (g: Graph, dy: Value, a: Value, b: Value, y: Value) => readonly [Value, Value]): Rule =>
  single((g, node, dy) => {
    const [a, b] = [input(node, 0), input(node, 1)]
    const [da, db] = rule(g, dy, a, b, node.outputs[0]!)
    return [unbroadcast(g, da, a.dims), unbroadcast(g, db, b.dims)]
  })

/** y = scale · op(a) op(b) (+ bias). */
const product = single((g, node, dy) => {
  const [a, b, bias] = [input(node, 0), input(node, 1), node.inputs[2]]
  const [transposeA, transposeB] = [int(node, 'transA') === 1, int(node, 'transB') === 1]
  const scale = float(node, 'alpha', 1)
  const da = transposeA
    ? op.matmul(g, b, dy, { transposeA: transposeB, transposeB: true, scale })
    : op.matmul(g, dy, b, { transposeB: !transposeB, scale })
  const db = transposeB
    ? op.matmul(g, dy, a, { transposeA: true, transposeB: transposeA, scale })
    : op.matmul(g, a, dy, { transposeA: !transposeA, scale })
  return bias ? [da, db, unbroadcast(g, dy, bias.dims)] : [da, db]
})

const silu = single((g, node, dy) => {
  const y = node.outputs[0]!
  const s = op.sigmoid(g, input(node, 0))
  return [op.mul(g, dy, op.add(g, s, op.sub(g, y, op.mul(g, y, s))))]
})

const rmsNorm = single((g, node, dy) => {
  const [x, weight, scale] = [input(node, 0), input(node, 1), node.outputs[1]!]
  const size = Number(weight.dims[0])
  const normalised = op.mul(g, x, scale)
  const product = op.mul(g, dy, normalised)
  const weightColumn = op.reshape(g, op.mul(g, weight, g.scalar(1 / size)), [size, 1])
  const mean = g.node('MatMul', [product, weightColumn], { dims: scale.dims })
  const dx = op.mul(g, scale, op.sub(g, op.mul(g, dy, weight), op.mul(g, normalised, mean)))
  return [dx, unbroadcast(g, product, weight.dims)]
})

const gatherRows = single((g, node, dy) => {
  const [table, indices] = [input(node, 0), input(node, 1)]
  const [rows] = table.dims
  if (typeof rows === 'number' && rows <= ONE_HOT_LIMIT) return [op.matmul(g, op.oneHot(g, indices, rows), dy, { transposeA: true })]
  return [op.scatterRowsAdd(g, op.zerosLike(g, table), indices, dy)]
})

const split = (g: Graph, node: Node, byOutput: readonly Gradient[]): readonly Gradient[] =>
  [op.concat(g, node.outputs.map((output, i) => byOutput[i] ?? op.zerosLike(g, output)), int(node, 'axis'))]

export const gradientRules: Readonly<Record<string, Rule>> = {
  Identity: single((_g, _node, dy) => [dy]),
  Add: elementwise((_g, dy) => [dy, dy]),
  Sub: elementwise((g, dy) => [dy, op.neg(g, dy)]),
  Mul: elementwise((g, dy, a, b) => [op.mul(g, dy, b), op.mul(g, dy, a)]),
  Div: elementwise((g, dy, _a, b, y) => [op.div(g, dy, b), op.neg(g, op.div(g, op.mul(g, dy, y), b))]),
  Min: elementwise((g, dy, a, b) => {
    const first = op.lessOrEqual(g, a, b)
    return [op.where(g, first, dy, g.scalar(0)), op.where(g, first, g.scalar(0), dy)]
  }),
  Neg: single((g, _node, dy) => [op.neg(g, dy)]),
  Exp: single((g, node, dy) => [op.mul(g, dy, node.outputs[0]!)]),
  Log: single((g, node, dy) => [op.div(g, dy, input(node, 0))]),
  Sigmoid: single((g, node, dy) => {
    const y = node.outputs[0]!
    return [op.mul(g, dy, op.sub(g, y, op.mul(g, y, y)))]
  }),
  QuickGelu: silu,
  Where: single((g, node, dy) => {
    const [condition, a, b] = [input(node, 0), input(node, 1), input(node, 2)]
    const zero = g.scalar(0)
    return [undefined, unbroadcast(g, op.where(g, condition, dy, zero), a.dims), unbroadcast(g, op.where(g, condition, zero, dy), b.dims)]
  }),
  Clip: single((g, node, dy) => {
    const [x, low, high] = [input(node, 0), input(node, 1), input(node, 2)]
    const inside = op.and(g, op.lessOrEqual(g, low, x), op.lessOrEqual(g, x, high))
    return [op.where(g, inside, dy, g.scalar(0))]
  }),
  /** Reductions keep their axes (operators.ts reshapes them away), so the gradient only has to be repeated. */
  ReduceSum: single((g, node, dy) => [op.expandLike(g, dy, input(node, 0))]),
  Expand: single((g, node, dy) => [unbroadcast(g, dy, input(node, 0).dims)]),
  Reshape: single((g, node, dy) => [op.reshape(g, dy, input(node, 0).dims)]),
  Transpose: single((g, node, dy) => {
    const permutation = node.attributes['perm']
    const axes = permutation && 'ints' in permutation ? permutation.ints : []
    return [op.transpose(g, dy, axes.map((_, i) => axes.indexOf(i)))]
  }),
  Split: split,
  Concat: single((g, node, dy) => {
    const axis = int(node, 'axis')
    return op.split(g, dy, node.inputs.map((part) => Number(part!.dims[axis])), axis)
  }),
  MatMul: product,
  Gemm: product,
  FusedMatMul: product,
  Softmax: single((g, node, dy) => {
    const y = node.outputs[0]!
    return [op.mul(g, y, op.sub(g, dy, op.reduceSum(g, op.mul(g, dy, y), [-1], true)))]
  }),
  LogSoftmax: single((g, node, dy) => [op.sub(g, dy, op.mul(g, op.exp(g, node.outputs[0]!), op.reduceSum(g, dy, [-1], true)))]),
  SimplifiedLayerNormalization: rmsNorm,
  /** The inverse of a rotation is the rotation by the negated angle. */
  RotaryEmbedding: single((g, node, dy) => {
    const [positions, cos, sin] = [input(node, 1), input(node, 2), input(node, 3)]
    return [op.rotary(g, dy, positions, cos, op.neg(g, sin), int(node, 'num_heads'))]
  }),
  Gather: gatherRows,
  /** Of distinct rows. */
  GatherND: single((g, node, dy) => {
    const [table, indices] = [input(node, 0), input(node, 1)]
    return [op.scatterDistinctRows(g, op.zerosLike(g, table), indices, dy)]
  }),
  GatherElements: single((g, node, dy) => {
    const [x, indices] = [input(node, 0), input(node, 1)]
    return [op.scatterElements(g, op.zerosLike(g, x), indices, dy)]
  })
}

/** A value and the gradient of the loss by it (the same shape). */
export interface Seed {
  readonly value: Value
  readonly gradient: Value
}

/** Names of the values that depend on one of `sources`. */
function dependents(nodes: readonly Node[], sources: readonly Value[]): Set<string> {
  const found = new Set(sources.map((value) => value.name))
  for (const node of nodes) {
    if (node.inputs.some((value) => value && found.has(value.name))) node.outputs.forEach((output) => found.add(output.name))
  }
  return found
}

function rule(node: Node): Rule {
  const found = gradientRules[node.operator]
  if (found) return found
  throw new LabError('engine', 'engine/no-gradient', `The operator ${node.operator} has no gradient rule`, {
    remedy: 'Add a rule to the table in gradients.ts, with its numeric test.', place: node.operator
  })
}

/**
 * Appends to `g` the gradient, by each of `sources`, of Σ ⟨seed.value, seed.gradient⟩. Only paths that lead from a source
 * to a seed are differentiated; contributions are summed in a fixed order.
 */
export function differentiate(g: Graph, seeds: readonly Seed[], sources: readonly Value[]): Value[] {
  const nodes = [...g.nodes]
  const wanted = dependents(nodes, sources)
  const gradients = new Map<string, Value>()
  const contribute = (value: Value, gradient: Value): void => {
    const sum = gradients.get(value.name)
    gradients.set(value.name, sum ? op.add(g, sum, gradient) : gradient)
  }
  for (const { value, gradient } of seeds) contribute(value, gradient)
  for (const node of nodes.reverse()) {
    if (!node.outputs.some((output) => wanted.has(output.name) && gradients.has(output.name))) continue
    const byInput = rule(node)(g, node, node.outputs.map((output) => gradients.get(output.name)))
    node.inputs.forEach((value, i) => {
      const gradient = byInput[i]
      if (value && gradient && wanted.has(value.name)) contribute(value, gradient)
    })
  }
  return sources.map((source) => gradients.get(source.name) ?? op.zerosLike(g, source))
}
