import assert from 'node:assert/strict'
import * as op from './operators.ts'
import { Graph } from './graph.ts'
import { SessionCache } from './sessionCache.ts'
import { tensor } from '../testing/runGraph.ts'

describe('session cache', () => {
  const feeds = { x: tensor({ dims: [1], data: [2] }) }
  const built: number[] = []
  const builder = (factor: number) => (): Graph => {
    built.push(factor)
    const g = new Graph()
    g.output('y', op.mul(g, g.input('x', [1]), g.scalar(factor)))
    return g
  }

  it('builds once, and releases the least recently used beyond its limit', async () => {
    const cache = new SessionCache(1, 2)
    const run = async (factor: number): Promise<unknown> => (await (await cache.get(`${factor}`, builder(factor))).run(feeds))['y']!.data
    for (const factor of [3, 4, 3, 5, 3, 4]) assert.deepEqual(await run(factor), Float32Array.of(2 * factor))
    assert.deepEqual(built, [3, 4, 5, 4])
    const released = await cache.get('4', builder(4))
    await cache.close()
    await assert.rejects(async () => released.run(feeds))
    await cache.close()
  })
})
