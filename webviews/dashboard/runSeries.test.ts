import assert from 'node:assert/strict'
import { evaluation, seriesOf, warning } from './runs.fixture.ts'
import { appendEvents, appendMetrics, emptySeries, metricNames, valuesOf } from './runSeries.ts'

describe('series of a run', () => {
  it('grow by what is new; a metric that comes later is null before', () => {
    const run = emptySeries()
    appendMetrics(run, { steps: [1, 2], seconds: [1, 2], series: { a: [0.1, 0.2] }, next: 10 })
    appendMetrics(run, { steps: [3], seconds: [3], series: { b: [7] }, next: 20 })
    assert.deepEqual([run.steps, run.seconds, run.nextMetrics], [[1, 2, 3], [1, 2, 3], 20])
    assert.deepEqual([valuesOf(run, 'a'), valuesOf(run, 'b'), valuesOf(run, 'c')], [[0.1, 0.2, null], [null, null, 7], [null, null, null]])
  })

  it('take a step that was done again, and what follows, as it is now', () => {
    const run = seriesOf({ a: [1, 2, 3, 4] })
    appendMetrics(run, { steps: [3, 4, 5], seconds: [30, 40, 50], series: { a: [30, 40, 50] }, next: 200 })
    assert.deepEqual([run.steps, valuesOf(run, 'a')], [[1, 2, 3, 4, 5], [1, 2, 30, 40, 50]])
    appendMetrics(run, { steps: [2], seconds: [21], series: { a: [20] }, next: 300 })
    assert.deepEqual([run.steps, run.seconds, valuesOf(run, 'a')], [[1, 2], [2, 21], [1, 20]])
  })

  it('hold every evaluation and warning once, however it came', () => {
    const run = emptySeries()
    appendEvents(run, [evaluation(5, 0.5), evaluation(0, 0.2), warning('2026-01-01T00:00:01Z', 'w')])
    appendEvents(run, [evaluation(0, 0.2), evaluation(5, 0.6), warning('2026-01-01T00:00:01Z', 'w')], 50)
    assert.deepEqual(run.evaluations.map(({ step, result }) => [step, result.passAt1.value]), [[0, 0.2], [5, 0.6]])
    assert.deepEqual([run.warnings.length, run.nextEvents], [1, 50])
  })

  it('find the members of a family', () => {
    const run = seriesOf({ 'reward/part/answer': [1], 'reward/part/format': [1], 'reward/mean': [1] })
    assert.deepEqual(metricNames([run], 'reward/part/*'), ['reward/part/answer', 'reward/part/format'])
    assert.deepEqual([metricNames([run], 'reward/mean'), metricNames([run], 'kl/k1')], [['reward/mean'], []])
  })
})
