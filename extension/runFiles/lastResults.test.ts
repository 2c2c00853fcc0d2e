import assert from 'node:assert/strict'
import { shown } from '../runs/runs.fixture.ts'
import { createLastResults } from './lastResults.ts'

const older = shown({ directory: '/runs/a', createdAt: '2025-01-30T00:00:00.000Z', passAt1: { last: 0.25 } })
const newer = shown({ directory: '/runs/b', createdAt: '2025-01-31T00:00:00.000Z', status: 'failed', step: 7 })

/** Every run comes from one file; those that fail do so once. */
function bench(failing: readonly string[] = []) {
  const asked: string[] = []
  const fails = new Set(failing)
  const results = createLastResults(async (directory) => {
    asked.push(directory)
    if (fails.delete(directory)) throw new Error('The query process ended')
    return '/w/one.run.json'
  })
  return { asked, results, last: () => results.of('/w/one.run.json') }
}

describe('last results of run files', () => {
  it('are there once it is known where the runs come from, the newest run first', async () => {
    const { asked, results, last } = bench()
    assert.deepEqual([results.take([older]), last(), asked], [false, undefined, []])
    assert.equal(await results.learn([newer, older]), true)
    assert.deepEqual(last(), { title: 'Last result: failed at 7/120', directory: '/runs/b' })
    assert.equal(results.take([older]), true)
    assert.deepEqual(last(), { title: 'Last result: pass@1 25 % (finished)', directory: '/runs/a' })
  })

  it('are asked for once, and again where no answer came', async () => {
    const { asked, results, last } = bench(['/runs/b'])
    await results.learn([older, newer])
    assert.equal(last()?.directory, '/runs/a')
    assert.equal(await results.learn([older, newer]), true)
    assert.equal(last()?.directory, '/runs/b')
    await results.learn([older, newer])
    assert.deepEqual(asked, ['/runs/a', '/runs/b', '/runs/b'])
  })

  it('are others only where one of them is', async () => {
    const { results } = bench()
    await results.learn([older, newer])
    assert.equal(results.take([{ ...older }, shown({ ...newer.card, rewardSpark: [0.1], updatedAt: '2026-01-01T00:00:00.000Z' })]), false)
    assert.equal(results.take([older, shown({ ...newer.card, step: 8 })]), true)
  })

  it('are none of runs that cannot be read', async () => {
    const { asked, results } = bench()
    assert.equal(await results.learn([shown({ runId: '', status: 'damaged' })]), false)
    assert.deepEqual(asked, [])
  })
})
