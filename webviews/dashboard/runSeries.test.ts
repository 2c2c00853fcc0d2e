import assert from 'node:assert/strict'
import { evaluation, warning } from './runs.fixture.ts'
import { appendEvents, emptySeries } from './runSeries.ts'

describe('series of a run', () => {
  it('hold every evaluation and warning once, however it came', () => {
    const run = emptySeries()
    appendEvents(run, [evaluation(5, 0.5), evaluation(0, 0.2), warning('2026-01-01T00:00:01Z', 'w')])
    appendEvents(run, [evaluation(0, 0.2), evaluation(5, 0.6), warning('2026-01-01T00:00:01Z', 'w')], 50)
    assert.deepEqual(run.evaluations.map(({ step, result }) => [step, result.passAt1.value]), [[0, 0.2], [5, 0.6]])
    assert.deepEqual([run.warnings.length, run.nextEvents], [1, 50])
  })
})
