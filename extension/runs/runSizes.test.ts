import assert from 'node:assert/strict'
import type { Queries } from '../contracts/queries.ts'
import { card } from './runs.fixture.ts'
import { createRunSizes } from './runSizes.ts'

describe('sizes of runs', () => {
  it('are measured once, and again where a run has changed, one that grows not at once', async () => {
    const asked: string[] = []
    const ask = async (_: string, { run }: { run: string }): Promise<unknown> => {
      asked.push(run)
      if (run === '/runs/gone') throw new Error('It is not there.')
      return { bytes: asked.length * 100, checkpointBytes: 0, rolloutBytes: 0 }
    }
    let now = 0
    const sizes = createRunSizes({ ask } as unknown as Queries, () => now)
    const cards = [card({ directory: '/runs/a' }), card({ directory: '/runs/b', status: 'running' }), card({ directory: '/runs/gone' })]
    assert.deepEqual(sizes.fill(cards).map(({ bytes }) => bytes), [undefined, undefined, undefined])
    assert.equal(await sizes.measure(cards), true)
    assert.deepEqual(sizes.fill(cards).map(({ bytes }) => bytes), [100, 200, 0])
    const later = cards.map((each) => ({ ...each, updatedAt: '2026-02-02T00:00:00.000Z' })).slice(0, 2)
    assert.equal(await sizes.measure(cards), false)
    assert.equal(await sizes.measure(later), true)
    assert.deepEqual(asked, ['/runs/a', '/runs/b', '/runs/gone', '/runs/a'])
    now = 10 * 60_000
    assert.equal(await sizes.measure(later), true)
    assert.deepEqual(sizes.fill(later).map(({ bytes }) => bytes), [400, 500])
    assert.equal(await sizes.measure(later), false)
  })
})
