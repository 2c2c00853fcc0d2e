import assert from 'node:assert/strict'
import * as op from './operators.ts'
import { Graph } from './graph.ts'
import { sessionOf } from '../testing/runGraph.ts'

describe('graph', () => {
  it('runs with sizes that were names when it was built', async () => {
    const g = new Graph()
    const x = g.input('x', ['B', 'T', 4])
    g.bindDim('T', g.node('Gather', [op.shapeOf(g, x), g.integers([1])], { dims: [1] }, { attributes: { axis: { int: 0 } } }))
    const flat = op.reshape(g, x, ['N', 4])
    g.output('y', op.transpose(g, op.reshape(g, flat, ['B', 'T', 2, 2]), [0, 2, 1, 3]))
    const run = await sessionOf(g)
    for (const [b, t] of [[1, 2], [3, 5]] as const) {
      const data = Array.from({ length: b * t * 4 }, (_, i) => i)
      const { y } = await run({ x: { dims: [b, t, 4], data } })
      const expected = Array.from({ length: b * t * 4 }, (_, i) => {
        const [pair, rest] = [i % 2, Math.floor(i / 2)]
        const [position, half, sequence] = [rest % t, Math.floor(rest / t) % 2, Math.floor(rest / (2 * t))]
        return ((sequence * t + position) * 2 + half) * 2 + pair
      })
      assert.deepEqual([...y!], expected)
    }
  })

  it('runs a Loop whose body reads values of the graph around it, one of them an output', async () => {
    const g = new Graph()
    const x = g.input('x', [2])
    const step = op.mul(g, x, g.scalar(2))
    const body = g.child('body')
    body.input('body.iteration', [], 'int64')
    const condition = body.input('body.condition', [], 'bool')
    const state = body.input('body.state', [2])
    body.output('body.go', condition)
    body.output('body.next', op.add(body, state, step))
    const [last] = g.nodeWithOutputs('Loop', [g.constant('int64', [], [3]), g.constant('bool', [], [1]), x], [{ dims: [2], type: 'float32' }], { attributes: { body: { graph: body } } })
    g.output('step', step)
    g.output('last', last!)
    const outputs = await (await sessionOf(g))({ x: { dims: [2], data: [1, 5] } })
    assert.deepEqual([...outputs['step']!], [2, 10])
    assert.deepEqual([...outputs['last']!], [7, 35])
  })

  it('leaves out what no output needs, and stores equal constants once', () => {
    const g = new Graph()
    const x = g.input('x', [2])
    op.exp(g, op.add(g, x, g.scalar(3)))
    g.output('y', op.mul(g, op.add(g, x, g.scalar(2)), g.scalar(2)))
    const { nodes, constants } = g.proto()
    assert.deepEqual(nodes.map((node) => node.operator), ['Add', 'Mul'])
    assert.equal(constants.length, 1)
  })

  it('gives one value out under two names, and an input under another', async () => {
    const g = new Graph()
    const x = g.input('x', [1])
    const y = op.neg(g, x)
    g.output('first', y)
    g.output('second', y)
    g.output('same', x)
    const outputs = await (await sessionOf(g))({ x: { dims: [1], data: [4] } })
    assert.deepEqual(Object.entries(outputs).map(([name, data]) => [name, data[0]]), [['first', -4], ['second', -4], ['same', 4]])
  })

  it('keeps 0 and -0 apart among constants', async () => {
    const g = new Graph()
    const x = g.input('x', [1])
    g.output('a', op.div(g, x, g.scalar(0)))
    g.output('b', op.div(g, x, g.scalar(-0)))
    const { a, b } = await (await sessionOf(g))({ x: { dims: [1], data: [1] } })
    assert.deepEqual([a![0], b![0]], [Infinity, -Infinity])
  })

  it('rejects shapes that do not fit', () => {
    const g = new Graph()
    const [a, b] = [g.input('a', [2, 3]), g.input('b', [2, 4])]
    assert.throws(() => op.add(g, a, b), { code: 'engine/graph-shape' })
    assert.throws(() => op.matmul(g, a, b), { code: 'engine/graph-shape' })
    assert.throws(() => op.reshape(g, g.input('c', ['N', 4]), ['B', 'T', 4]), { code: 'engine/graph-shape' })
  })
})
