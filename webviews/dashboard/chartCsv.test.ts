import assert from 'node:assert/strict'
import { chartCsv, runsCsv } from './chartCsv.ts'
import { CHARTS } from './chartList.ts'
import { card, evaluation, seriesOf } from './runs.fixture.ts'

describe('exports', () => {
  const run = { card: card({ runId: 'a', seed: 7 }), series: seriesOf({ 'train/passAt1': [0.5, null] }, [evaluation(2, 0.5)]) }

  it('hold the lines of a chart by run and step, evaluations with their interval', () => {
    const csv = chartCsv(CHARTS.find(({ id }) => id === 'passAt1')!, [run])
    assert.equal(csv, 'run,seed,step,training problems,held out,"held out, low","held out, high"\r\na,7,1,0.5,,,\r\na,7,2,,0.5,0.4,0.6\r\n')
  })

  it('hold everything that runs recorded, with a column for what any of them has', () => {
    const other = { card: card({ runId: 'b', seed: 8 }), series: seriesOf({ 'kl/k1': [0.25] }) }
    assert.equal(runsCsv([run, other]), 'run,seed,step,seconds,kl/k1,train/passAt1\r\na,7,1,2,,0.5\r\na,7,2,4,,\r\nb,8,1,2,0.25,\r\n')
  })
})
