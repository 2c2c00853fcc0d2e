/**
 * The operators the models are made of, each with its shape rule. Every function appends to the graph it is given and
 * returns the value made. gradients.ts holds the rule of each for reverse-mode differentiation.
 */
import { LabError } from '../../../errors.ts'
import type { Graph, Value } from './graph.ts'
import type { Dim, ElementType } from './protobuf.ts'

const MICROSOFT = 'com.microsoft'

export const sameDims = (a: readonly Dim[], b: readonly Dim[]): boolean => a.length === b.length && a.every((dim, i) => dim === b[i])

function shapeError(operator: string, ...dims: (readonly Dim[])[]): LabError {
  return new LabError('engine', 'engine/graph-shape', `${operator}: shapes ${dims.map((d) => `[${d.join(', ')}]`).join(' and ')} do not fit`, {
    remedy: 'Report this: a graph builder of the embedded engine is wrong.'
  })
}

/** Numpy's broadcasting; a named dim matches itself and 1. */
export function broadcastDims(a: readonly Dim[], b: readonly Dim[]): Dim[] {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i) => {
    const x = a[a.length - rank + i] ?? 1
    const y = b[b.length - rank + i] ?? 1
    if (x !== y && x !== 1 && y !== 1) throw shapeError('broadcast', a, b)
    return x === 1 ? y : x
  })
}

const binary = (operator: string, type?: ElementType) => (g: Graph, a: Value, b: Value): Value =>
  g.node(operator, [a, b], { dims: broadcastDims(a.dims, b.dims), ...(type ? { type } : {}) })
const unary = (operator: string) => (g: Graph, a: Value): Value => g.node(operator, [a], { dims: a.dims })

export const add = binary('Add')
export const sub = binary('Sub')
export const mul = binary('Mul')
export const div = binary('Div')
export const min = binary('Min')
export const lessOrEqual = binary('LessOrEqual', 'bool')
export const less = binary('Less', 'bool')
export const equal = binary('Equal', 'bool')
export const and = binary('And', 'bool')
export const or = binary('Or', 'bool')
export const not = unary('Not')
export const neg = unary('Neg')
export const exp = unary('Exp')
export const log = unary('Log')
export const sigmoid = unary('Sigmoid')

const CAST_TYPES: Readonly<Record<ElementType, number>> = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 }

export const cast = (g: Graph, a: Value, type: ElementType): Value =>
  g.node('Cast', [a], { dims: a.dims, type }, { attributes: { to: { int: CAST_TYPES[type] } } })

export const where = (g: Graph, condition: Value, a: Value, b: Value): Value =>
  g.node('Where', [condition, a, b], { dims: broadcastDims(condition.dims, broadcastDims(a.dims, b.dims)), type: a.type })

/** Into [low, high], both scalars. */
export const clip = (g: Graph, a: Value, low: Value, high: Value): Value => g.node('Clip', [a, low, high], { dims: a.dims })

/** x·σ(x). */
export const silu = (g: Graph, a: Value): Value =>
  g.node('QuickGelu', [a], { dims: a.dims }, { domain: MICROSOFT, attributes: { alpha: { float: 1 } } })

const positive = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis)

/** Over `axes`, each kept as 1 where `keep`. */
export function reduceSum(g: Graph, a: Value, axes: readonly number[], keep: boolean): Value {
  const reduced = axes.map((axis) => positive(axis, a.dims.length))
  const kept = a.dims.map((dim, i) => (reduced.includes(i) ? 1 : dim))
  const sum = g.node('ReduceSum', [a, g.integers(reduced)], { dims: kept }, { attributes: { keepdims: { int: 1 } } })
  return keep ? sum : reshape(g, sum, a.dims.filter((_, i) => !reduced.includes(i)))
}

/**
 * A named dim that stays where it is needs nothing; of the others one is whatever is left, and the rest must have been bound
 * to a value (Graph.bindDim).
 */
export function reshape(g: Graph, a: Value, dims: readonly Dim[]): Value {
  if (sameDims(a.dims, dims)) return a
  const KEPT = 0
  const REST = -1
  const sizes = dims.map((dim, i) => (typeof dim === 'string' && a.dims[i] === dim ? KEPT : dim))
  const rest = sizes.findIndex((dim) => typeof dim === 'string' && g.boundDim(dim) === undefined)
  const last = rest >= 0 ? rest : sizes.findIndex((dim) => typeof dim === 'string')
  const target = sizes.map((dim, i) => (i === last ? REST : dim))
  if (target.every((dim) => typeof dim === 'number')) return g.node('Reshape', [a, g.integers(target)], { dims })
  if (target.some((dim) => typeof dim === 'string' && !g.boundDim(dim))) throw shapeError('Reshape', a.dims, dims)
  const parts = target.map((dim) => (typeof dim === 'number' ? g.integers([dim]) : g.boundDim(dim)!))
  return g.node('Reshape', [a, g.node('Concat', parts, { dims: [dims.length] }, { attributes: { axis: { int: 0 } } })], { dims })
}

export const shapeOf = (g: Graph, a: Value): Value => g.node('Shape', [a], { dims: [a.dims.length], type: 'int64' })

/** `a` repeated to the shape of `like`. */
export const expandLike = (g: Graph, a: Value, like: Value): Value =>
  (sameDims(a.dims, like.dims) ? a : g.node('Expand', [a, shapeOf(g, like)], { dims: like.dims }))

/** Zeros in the shape of `like`. */
export const zerosLike = (g: Graph, like: Value): Value => g.node('ConstantOfShape', [shapeOf(g, like)], { dims: like.dims, type: 'float32' })

export const transpose = (g: Graph, a: Value, permutation: readonly number[]): Value =>
  g.node('Transpose', [a], { dims: permutation.map((axis) => a.dims[axis]!) }, { attributes: { perm: { ints: permutation } } })

export function split(g: Graph, a: Value, sizes: readonly number[], axis: number): Value[] {
  const at = positive(axis, a.dims.length)
  const outputs = sizes.map((size) => ({ dims: a.dims.map((dim, i) => (i === at ? size : dim)) }))
  return g.nodeWithOutputs('Split', [a, g.integers(sizes)], outputs, { attributes: { axis: { int: at } } })
}

/** The joined dim is the sum of numbers, or `dim` where a name is among them. */
export function concat(g: Graph, parts: readonly Value[], axis: number, dim?: Dim): Value {
  const [first] = parts
  const at = positive(axis, first!.dims.length)
  const joined = dim ?? parts.reduce((sum, part) => sum + Number(part.dims[at]), 0)
  return g.node('Concat', parts, { dims: first!.dims.map((d, i) => (i === at ? joined : d)) }, { attributes: { axis: { int: at } } })
}

/** Rows of `table` ([V, …]) at int64 `indices`. */
export const gatherRows = (g: Graph, table: Value, indices: Value): Value =>
  g.node('Gather', [table, indices], { dims: [...indices.dims, ...table.dims.slice(1)] }, { attributes: { axis: { int: 0 } } })

/** Along the last axis: out[i, j] = a[i, indices[i, j]]. */
export const gatherElements = (g: Graph, a: Value, indices: Value): Value =>
  g.node('GatherElements', [a, indices], { dims: indices.dims }, { attributes: { axis: { int: a.dims.length - 1 } } })

/** Rows of `table` ([n, …]) at int64 `indices` ([R]), all of which must be different. */
export const gatherDistinctRows = (g: Graph, table: Value, indices: Value): Value =>
  g.node('GatherND', [table, reshape(g, indices, [...indices.dims, 1])], { dims: [...indices.dims, ...table.dims.slice(1)] })

/** A copy of `table` with the rows `indices` ([R, 1], all different) replaced by `rows`. */
export const scatterDistinctRows = (g: Graph, table: Value, indices: Value, rows: Value): Value =>
  g.node('ScatterND', [table, indices, rows], { dims: table.dims })

/** A copy of `a` with updates[i, j] put at [i, indices[i, j]] (last axis). */
export const scatterElements = (g: Graph, a: Value, indices: Value, updates: Value): Value =>
  g.node('ScatterElements', [a, indices, updates], { dims: a.dims }, { attributes: { axis: { int: a.dims.length - 1 } } })

/**
 * A copy of `table` ([V, d]) with `updates` ([n, d]) added to its rows `indices` ([n]), repeated ones included. By
 * ScatterElements: ScatterND's adding loses updates of repeated rows when it runs on several threads.
 */
export function scatterRowsAdd(g: Graph, table: Value, indices: Value, updates: Value): Value {
  const everywhere = expandLike(g, reshape(g, indices, [...indices.dims, 1]), updates)
  return g.node('ScatterElements', [table, everywhere, updates], { dims: table.dims }, { attributes: { axis: { int: 0 }, reduction: { string: 'add' } } })
}

export const oneHot = (g: Graph, indices: Value, depth: number): Value =>
  g.node('OneHot', [indices, g.integers([depth]), g.constant('float32', [2], [0, 1])], { dims: [...indices.dims, depth], type: 'float32' })

const lastAxis = (operator: string) => (g: Graph, a: Value): Value =>
  g.node(operator, [a], { dims: a.dims }, { attributes: { axis: { int: -1 } } })
export const softmax = lastAxis('Softmax')
export const logSoftmax = lastAxis('LogSoftmax')

export interface ProductOptions {
  readonly transposeA?: boolean
  readonly transposeB?: boolean
  readonly scale?: number
}

/** scale · op(a) op(b) over the last two axes; leading axes must agree. `bias` ([n]) only for matrices. */
export function matmul(g: Graph, a: Value, b: Value, options: ProductOptions = {}, bias?: Value): Value {
  const { transposeA = false, transposeB = false, scale = 1 } = options
  const rank = a.dims.length
  const [m, k] = transposeA ? [a.dims[rank - 1]!, a.dims[rank - 2]!] : [a.dims[rank - 2]!, a.dims[rank - 1]!]
  const [k2, n] = transposeB ? [b.dims[rank - 1]!, b.dims[rank - 2]!] : [b.dims[rank - 2]!, b.dims[rank - 1]!]
  if (b.dims.length !== rank || k !== k2 || !sameDims(a.dims.slice(0, -2), b.dims.slice(0, -2))) throw shapeError('MatMul', a.dims, b.dims)
  const output = { dims: [...a.dims.slice(0, -2), m, n] }
  const plain = !transposeA && !transposeB && scale === 1
  if (plain && !bias) return g.node('MatMul', [a, b], output)
  const attributes = { transA: { int: Number(transposeA) }, transB: { int: Number(transposeB) }, alpha: { float: scale } }
  if (rank === 2) return g.node('Gemm', bias ? [a, b, bias] : [a, b], output, { attributes })
  return g.node('FusedMatMul', [a, b], output, { attributes, domain: MICROSOFT })
}

/** x / √(mean x² + ε) · weight over the last axis. The second output, 1/√(…), is what its gradient reads. */
export function rmsNorm(g: Graph, x: Value, weight: Value, epsilon: number): Value {
  const outputs = [{ dims: x.dims }, { dims: [...x.dims.slice(0, -1), 1] }]
  return g.nodeWithOutputs('SimplifiedLayerNormalization', [x, weight], outputs, { attributes: { axis: { int: -1 }, epsilon: { float: epsilon } } })[0]!
}

/**
 * Rotary position embedding, half-rotation convention (Hugging Face's rotate_half). x: [B, T, heads·size]; positions: int64
 * [1] (the first position) or [B, T]; cos and sin: [positions, size/2].
 */
export const rotary = (g: Graph, x: Value, positions: Value, cos: Value, sin: Value, heads: number): Value =>
  g.node('RotaryEmbedding', [x, positions, cos, sin], { dims: x.dims }, { domain: MICROSOFT, attributes: { num_heads: { int: heads } } })
