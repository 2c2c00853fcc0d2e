import assert from 'node:assert/strict'
import { card, seriesOf, watched } from './runs.fixture.ts'
import { appendMetrics, emptySeries } from './runSeries.ts'
import { nameAmong, timeLeft } from './runWords.ts'

describe('words of a run', () => {
  it('tell the time left by the pace of reinforcement learning, never by that of a stage before it', () => {
    assert.equal(timeLeft(watched({ card: card({ step: 3, steps: 10 }), series: seriesOf({ a: [1, 1, 1] }) })), 'about 14 s left')
    const series = emptySeries()
    appendMetrics(series, { planned: [{ name: 'sft', supervised: true }, { name: 'rl', supervised: false }], stages: ['sft', 'sft'], steps: [50, 100], seconds: [1, 2], series: { a: [1, 1] }, next: 1 })
    assert.equal(timeLeft(watched({ card: card({ step: 0, steps: 10 }), series })), undefined)
  })

  it('name a run among others by its seed, where it can be read', () => {
    assert.equal(nameAmong({ card: card({ seed: 7 }) }), 'chain, seed 7')
    assert.equal(nameAmong({ card: card({ status: 'damaged' }) }), 'chain')
  })
})
