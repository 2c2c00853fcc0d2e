import assert from 'node:assert/strict'
import { chartCsv, runsCsv } from './chartCsv.ts'
import { CHARTS } from './chartList.ts'
import { card, drawnSeries, evaluation, seriesOf } from './runs.fixture.ts'
import { appendMetrics, emptySeries } from './runSeries.ts'

describe('exports', () => {
  const [values, events] = [{ 'train/passAt1': [0.5, null] }, [evaluation(0, 0.4), evaluation(2, 0.5)]]

  it('hold the lines of a chart by run, stage and step, evaluations with their interval', () => {
    const csv = chartCsv(CHARTS.find(({ id }) => id === 'passAt1')!, [{ card: card({ runId: 'a', seed: 7 }), series: drawnSeries(values, events) }])
    assert.equal(csv, [
      'run,seed,stage,step,training problems,held out,"held out, low","held out, high"', 'a,7,rl,0,,0.4,0.30000000000000004,0.5', 'a,7,rl,1,0.5,,,', 'a,7,rl,2,,0.5,0.4,0.6', ''
    ].join('\r\n'))
  })

  it('hold everything that runs recorded, with a column for what any of them has', () => {
    const run = { card: card({ runId: 'a', seed: 7 }), series: seriesOf(values) }
    const other = { card: card({ runId: 'b', seed: 8 }), series: seriesOf({ 'kl/k1': [0.25] }) }
    assert.equal(runsCsv([run, other]), 'run,seed,stage,step,seconds,kl/k1,train/passAt1\r\na,7,rl,1,2,,0.5\r\na,7,rl,2,4,,\r\nb,8,rl,1,2,0.25,\r\n')
  })

  it('hold every stage of a run, each step under the one that it was counted in', () => {
    const series = emptySeries()
    const planned = [{ name: 'sft', supervised: true }, { name: 'rl', supervised: false }]
    appendMetrics(series, { planned, stages: ['sft', 'sft', 'rl'], steps: [50, 100, 1], seconds: [1, 2, 3], series: { 'loss/total': [3, 2, 0.5], 'reward/mean': [null, null, 0.1] }, next: 9 })
    assert.equal(runsCsv([{ card: card({ runId: 'a', seed: 7 }), series }]), 'run,seed,stage,step,seconds,loss/total,reward/mean\r\na,7,sft,50,1,3,\r\na,7,sft,100,2,2,\r\na,7,rl,1,3,0.5,0.1\r\n')
  })
})
