import assert from 'node:assert/strict'
import * as op from './operators.ts'
import { differentiate, gradientRules } from './gradients.ts'
import { Graph } from './graph.ts'
import { randomStream } from '../../../random/random.ts'
import { sessionOf } from '../testing/runGraph.ts'
import type { Value } from './graph.ts'
import type { Numbers } from '../testing/runGraph.ts'

/** A function of float inputs, differentiated by all of them. */
interface Case {
  /** The rule that it is there for: a key of the table. */
  readonly rule: string
  readonly what: string
  readonly inputs: readonly (readonly number[])[]
  /** Values of input i; default: standard normal. */
  readonly values?: (i: number, random: () => number) => number
  readonly build: (g: Graph, ...inputs: Value[]) => Value
}

const integers = (g: Graph, list: readonly number[], dims = [list.length]): Value => g.constant('int64', dims, list)
const angles = (g: Graph, positions: number, half: number): [Value, Value] => {
  const table = (f: (x: number) => number): Value =>
    g.constant('float32', [positions, half], Array.from({ length: positions * half }, (_, i) => f(Math.floor(i / half) / 3 ** (i % half))))
  return [table(Math.cos), table(Math.sin)]
}

const cases: readonly Case[] = [
  { rule: 'Identity', what: 'passes on', inputs: [[3]], build: (g, a) => op.exp(g, g.node('Identity', [a], { dims: a.dims })) },
  { rule: 'Add', what: 'broadcasts rows', inputs: [[2, 3], [3]], build: (g, a, b) => op.add(g, a, b) },
  { rule: 'Add', what: 'broadcasts columns', inputs: [[2, 1], [2, 3]], build: (g, a, b) => op.add(g, a, b) },
  { rule: 'Sub', what: 'broadcasts a scalar', inputs: [[2, 3], []], build: (g, a, b) => op.sub(g, a, b) },
  { rule: 'Mul', what: 'broadcasts over leading axes', inputs: [[2, 3, 2], [3, 1]], build: (g, a, b) => op.mul(g, a, b) },
  { rule: 'Mul', what: 'squares', inputs: [[4]], build: (g, a) => op.mul(g, a, a) },
  { rule: 'Div', what: 'broadcasts', inputs: [[2, 3], [3]], values: (i, random) => (i === 1 ? 1.5 + 0.2 * random() : random()), build: (g, a, b) => op.div(g, a, b) },
  { rule: 'Min', what: 'takes the smaller', inputs: [[6], [6]], values: (i, random) => Math.round(random() * 3) + i * 0.5, build: (g, a, b) => op.mul(g, a, op.min(g, a, b)) },
  { rule: 'Neg', what: 'negates', inputs: [[3]], build: (g, a) => op.neg(g, a) },
  { rule: 'Exp', what: 'grows', inputs: [[5]], build: (g, a) => op.exp(g, a) },
  { rule: 'Log', what: 'of positive numbers', inputs: [[5]], values: (_, random) => 1 + 0.3 * Math.abs(random()), build: (g, a) => op.log(g, a) },
  { rule: 'Sigmoid', what: 'bends', inputs: [[6]], build: (g, a) => op.sigmoid(g, a) },
  { rule: 'QuickGelu', what: 'is x·σ(x)', inputs: [[8]], build: (g, a) => op.silu(g, a) },
  { rule: 'Where', what: 'chooses', inputs: [[4], [4]], build: (g, a, b) => op.where(g, g.constant('bool', [4], [1, 0, 0, 1]), op.mul(g, a, a), b) },
  { rule: 'Clip', what: 'cuts', inputs: [[8]], values: (_, random) => Math.round(random() * 2) / 2 + 0.1, build: (g, a) => op.mul(g, a, op.clip(g, a, g.scalar(-0.8), g.scalar(0.8))) },
  { rule: 'ReduceSum', what: 'over the last axis, dropped', inputs: [[2, 3]], build: (g, a) => op.exp(g, op.reduceSum(g, a, [-1], false)) },
  { rule: 'ReduceSum', what: 'over outer axes, kept', inputs: [[2, 3, 2]], build: (g, a) => op.mul(g, a, op.reduceSum(g, a, [0, 2], true)) },
  { rule: 'Expand', what: 'repeats', inputs: [[2, 1], [2, 3]], build: (g, a, b) => op.mul(g, op.expandLike(g, a, b), b) },
  { rule: 'Reshape', what: 'splits an axis', inputs: [[2, 6]], build: (g, a) => op.exp(g, op.reshape(g, a, [2, 3, 2])) },
  { rule: 'Transpose', what: 'permutes three axes', inputs: [[2, 3, 4]], build: (g, a) => op.exp(g, op.transpose(g, a, [2, 0, 1])) },
  { rule: 'Split', what: 'uses every part', inputs: [[2, 6]], build: (g, a) => { const [x, y, z] = op.split(g, a, [2, 2, 2], 1); return op.add(g, op.mul(g, x!, y!), op.exp(g, z!)) } },
  { rule: 'Split', what: 'leaves a part unused', inputs: [[2, 5]], build: (g, a) => op.exp(g, op.split(g, a, [2, 3], 1)[1]!) },
  { rule: 'Concat', what: 'joins unequal parts', inputs: [[2, 2], [2, 3]], build: (g, a, b) => op.exp(g, op.concat(g, [a, b], 1)) },
  { rule: 'MatMul', what: 'matrices', inputs: [[2, 3], [3, 4]], build: (g, a, b) => op.matmul(g, a, b) },
  { rule: 'MatMul', what: 'batches', inputs: [[2, 2, 3], [2, 3, 2]], build: (g, a, b) => op.matmul(g, a, b) },
  { rule: 'Gemm', what: 'b transposed, with a bias', inputs: [[2, 3], [4, 3], [4]], build: (g, a, b, c) => op.matmul(g, a, b, { transposeB: true }, c) },
  { rule: 'Gemm', what: 'a transposed and scaled', inputs: [[3, 2], [3, 4]], build: (g, a, b) => op.matmul(g, a, b, { transposeA: true, scale: 0.5 }) },
  { rule: 'Gemm', what: 'both transposed', inputs: [[3, 2], [4, 3]], build: (g, a, b) => op.matmul(g, a, b, { transposeA: true, transposeB: true }) },
  { rule: 'FusedMatMul', what: 'b transposed and scaled', inputs: [[2, 2, 3], [2, 4, 3]], build: (g, a, b) => op.matmul(g, a, b, { transposeB: true, scale: 0.7 }) },
  { rule: 'FusedMatMul', what: 'a transposed', inputs: [[2, 3, 2], [2, 3, 4]], build: (g, a, b) => op.matmul(g, a, b, { transposeA: true }) },
  { rule: 'Softmax', what: 'over the last axis', inputs: [[2, 4]], build: (g, a) => op.softmax(g, a) },
  { rule: 'LogSoftmax', what: 'over the last axis', inputs: [[2, 4]], build: (g, a) => op.logSoftmax(g, a) },
  { rule: 'SimplifiedLayerNormalization', what: 'of rows', inputs: [[3, 4], [4]], build: (g, a, w) => op.rmsNorm(g, a, w, 1e-5) },
  { rule: 'SimplifiedLayerNormalization', what: 'of heads', inputs: [[2, 3, 4], [4]], build: (g, a, w) => op.rmsNorm(g, a, w, 0.1) },
  { rule: 'RotaryEmbedding', what: 'turns halves', inputs: [[1, 3, 8]], build: (g, a) => op.rotary(g, a, g.integers([0]), ...angles(g, 3, 2), 2) },
  { rule: 'Gather', what: 'rows of a small table, one twice', inputs: [[4, 3]], build: (g, a) => op.exp(g, op.gatherRows(g, a, integers(g, [1, 3, 1]))) },
  { rule: 'GatherND', what: 'distinct rows', inputs: [[4, 3]], build: (g, a) => op.exp(g, op.gatherDistinctRows(g, a, integers(g, [3, 0]))) },
  { rule: 'GatherElements', what: 'one of each row', inputs: [[3, 4]], build: (g, a) => op.exp(g, op.gatherElements(g, a, integers(g, [2, 0, 3], [3, 1]))) }
]

const names = ['a', 'b', 'c']
const STEP = 1e-2

async function worstError(c: Case): Promise<number> {
  const g = new Graph()
  const inputs = c.inputs.map((dims, i) => g.input(names[i]!, dims))
  const y = c.build(g, ...inputs)
  const random = randomStream('gradients', c.rule, c.what)
  const seed = g.input('seed', y.dims)
  g.output('y', y)
  differentiate(g, [{ value: y, gradient: seed }], inputs).forEach((gradient, i) => g.output(`d${names[i]!}`, gradient))
  const run = await sessionOf(g)
  const size = (dims: readonly (number | string)[]): number => dims.reduce<number>((n, dim) => n * Number(dim), 1)
  const feeds: Record<string, Numbers> = { seed: { dims: y.dims.map(Number), data: Float32Array.from({ length: size(y.dims) }, () => random.normal()) } }
  c.inputs.forEach((dims, i) => {
    feeds[names[i]!] = { dims, data: Float32Array.from({ length: size(dims) }, () => c.values?.(i, random.normal) ?? random.normal()) }
  })
  const objective = async (): Promise<number> => {
    const { y: values } = await run(feeds)
    return values!.reduce((sum, value, k) => sum + value * feeds['seed']!.data[k]!, 0)
  }
  const exact = await run(feeds)
  let worst = 0
  for (let i = 0; i < inputs.length; i++) {
    const data = feeds[names[i]!]!.data as Float32Array
    for (let k = 0; k < data.length; k++) {
      const middle = data[k]!
      data[k] = middle + STEP
      const above = await objective()
      data[k] = middle - STEP
      const below = await objective()
      data[k] = middle
      const numeric = (above - below) / (2 * STEP)
      worst = Math.max(worst, Math.abs(exact[`d${names[i]!}`]![k]! - numeric) / (1 + Math.abs(numeric)))
    }
  }
  return worst
}

describe('gradient rules', () => {
  for (const c of cases) {
    it(`${c.rule}: ${c.what}`, async () => {
      const worst = await worstError(c)
      assert.ok(worst < 2e-3, `relative error ${worst}`)
    })
  }

  it('have a case each', () => {
    assert.deepEqual([...new Set(cases.map((c) => c.rule))].sort(), Object.keys(gradientRules).sort())
  })

  it('of a large table adds rows that come many times, on several threads', async () => {
    const [rows, size, count] = [5000, 16, 2000]
    const random = randomStream('scatter')
    const indices = Array.from({ length: count }, () => random.integer(20) * 7)
    const updates = Float32Array.from({ length: count * size }, () => random.integer(5))
    const g = new Graph()
    const table = g.input('table', [rows, size])
    const y = op.gatherRows(g, table, integers(g, indices))
    const [gradient] = differentiate(g, [{ value: y, gradient: g.input('updates', [count, size]) }], [table])
    g.output('gradient', gradient!)
    const expected = new Float32Array(rows * size)
    indices.forEach((row, i) => { for (let k = 0; k < size; k++) expected[row * size + k]! += updates[i * size + k]! })
    const run = await sessionOf(g, 4)
    for (let repeat = 0; repeat < 5; repeat++) {
      const outputs = await run({ table: { dims: [rows, size], data: new Float32Array(rows * size) }, updates: { dims: [count, size], data: updates } })
      assert.deepEqual(outputs['gradient'], expected)
    }
  })

  it('are zero for a source that nothing depends on', async () => {
    const g = new Graph()
    const [a, unused] = [g.input('a', [2]), g.input('unused', [3])]
    const y = op.exp(g, a)
    differentiate(g, [{ value: y, gradient: y }], [unused]).forEach((gradient) => g.output('gradient', gradient))
    const run = await sessionOf(g)
    const { gradient } = await run({ a: { dims: [2], data: [1, 2] }, unused: { dims: [3], data: [1, 2, 3] } })
    assert.deepEqual([...gradient!], [0, 0, 0])
  })

  it('name the operator that has none', () => {
    const g = new Graph()
    const a = g.input('a', [2])
    const y = g.node('Erf', [a], { dims: [2] })
    assert.throws(() => differentiate(g, [{ value: y, gradient: y }], [a]), { code: 'engine/no-gradient', place: 'Erf' })
  })
})
