import assert from 'node:assert/strict'
import fc from 'fast-check'
import { movingAverage } from './movingAverage.ts'

describe('movingAverage', () => {
  it('follows the definition: weights 1, s, s² … on the present and the past, divided by their sum', () => {
    const values = [1, 4, null, 2, 8]
    const s = 0.8
    const expected = values.map((value, i) => {
      if (value === null) return null
      const past = values.slice(0, i + 1).filter((each) => each !== null).reverse()
      const weights = past.map((_, age) => s ** age)
      return past.reduce((sum, each, age) => sum + weights[age]! * each, 0) / weights.reduce((sum, weight) => sum + weight, 0)
    })
    movingAverage(values, s).forEach((value, i) => {
      if (expected[i] === null) assert.equal(value, null)
      else assert.ok(Math.abs(value! - expected[i]!) < 1e-12, `${value} at ${i}, expected ${expected[i]}`)
    })
  })

  it('changes nothing without smoothing and a constant never', () => {
    assert.deepEqual(movingAverage([1, null, 3], 0), [1, null, 3])
    fc.assert(fc.property(fc.double({ min: 0, max: 0.99, noNaN: true }), (s) => movingAverage([2, 2, 2, 2], s).every((value) => Math.abs(value! - 2) < 1e-9)))
  })
})
