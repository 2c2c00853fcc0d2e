import assert from 'node:assert/strict'
import { durationText, numberText, shortNumber, tickText } from './numberText.ts'

describe('numbers as text', () => {
  it('keep about four digits', () => {
    const texts = [0, 0.53125, 1234.5, -0.00012346, 1e-7, 12_345_678, 2, 0.1 + 0.2].map(numberText)
    assert.deepEqual(texts, ['0', '0.5313', '1,235', '−0.0001235', '1e-7', '1.23e7', '2', '0.3'])
    assert.equal(shortNumber(0.90625), '0.906')
  })

  it('tell the ticks of an axis apart', () => {
    const ticks = [1, 1.0000005, 1.000001].map((tick) => tickText(tick, 0.0000005))
    assert.equal(new Set(ticks).size, 3, ticks.join(' '))
    assert.deepEqual([0, 5000, 10_000].map((tick) => tickText(tick, 5000)), ['0', '5k', '10k'])
    assert.deepEqual([0.2, 0.4].map((tick) => tickText(tick, 0.2)), ['0.2', '0.4'])
    assert.equal(tickText(2_500_000, 500_000), '2.5M')
    assert.deepEqual([tickText(-0.2, 0.2), tickText(-5000, 5000)], ['−0.2', '−5k'])
  })

  it('say durations as people do', () => {
    assert.deepEqual([0.4, 59.6, 185, 3600, 7500].map(durationText), ['0 s', '1 min', '3 min 5 s', '1 h', '2 h 5 min'])
  })
})
