import assert from 'node:assert/strict'
import fc from 'fast-check'
import { randomStream } from '../random/random.ts'
import { bootstrapMean, bootstrapRatio, pairedDifference, quantile } from './bootstrap.ts'
import { meanOverSeeds, overSeeds } from './meanOverSeeds.ts'
import { wilsonInterval } from './wilson.ts'

const near = (actual: number, expected: number, tolerance = 1e-9): void => assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`)

describe('bootstrapMean', () => {
  it('covers the true mean about as often as it says, for 60 problems of a skewed distribution', () => {
    const experiments = 200
    let covered = 0
    for (let experiment = 0; experiment < experiments; experiment++) {
      const random = randomStream('coverage', experiment)
      const values = Array.from({ length: 60 }, () => random.next() ** 2)
      const { low, high } = bootstrapMean(values, experiment)
      if (low <= 1 / 3 && 1 / 3 <= high) covered++
    }
    assert.ok(covered / experiments > 0.89 && covered / experiments < 0.99, `covered ${covered} of ${experiments}`)
  })

  it('is as wide as the normal approximation for many values', () => {
    const values = Array.from({ length: 400 }, (_, i) => i % 2)
    const { value, low, high } = bootstrapMean(values, 1)
    assert.equal(value, 0.5)
    near(high - low, 2 * 1.96 * 0.5 / Math.sqrt(400), 0.01)
  })

  it('gives the same bounds for the same seed, and holds its value', () => {
    fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 }), fc.nat(1000), (values, seed) => {
      const estimate = bootstrapMean(values, seed)
      assert.deepEqual(bootstrapMean(values, seed), estimate)
      assert.ok(estimate.low <= estimate.high)
      assert.ok(estimate.low >= Math.min(...values) - 1e-12 && estimate.high <= Math.max(...values) + 1e-12)
    }), { numRuns: 20 })
  })

  it('has no width for equal values and refuses none', () => {
    assert.deepEqual(bootstrapMean([1, 1, 1], 1), { value: 1, low: 1, high: 1 })
    assert.throws(() => bootstrapMean([], 1), RangeError)
  })
})

describe('bootstrapRatio', () => {
  it('weighs problems by what they count, not each the same', () => {
    near(bootstrapRatio([{ part: 1, whole: 1 }, { part: 0, whole: 9 }], 1).value, 0.1)
  })

  it('passes over problems without anything to count, and refuses only such', () => {
    near(bootstrapRatio([{ part: 3, whole: 4 }, { part: 0, whole: 0 }], 1).low, 0.75)
    assert.throws(() => bootstrapRatio([{ part: 0, whole: 0 }], 1), RangeError)
  })
})

describe('pairedDifference', () => {
  it('lets the spread of the problems cancel', () => {
    const before = Array.from({ length: 50 }, (_, i) => i / 50)
    const { value, low, high } = pairedDifference(before, before.map((one) => one + 0.25), 1)
    for (const figure of [value, low, high]) near(figure, 0.25)
  })

  it('turns its sign with its arguments', () => {
    near(pairedDifference([0, 1, 0], [1, 1, 0], 3).value, 1 / 3)
    near(pairedDifference([1, 1, 0], [0, 1, 0], 3).value, -1 / 3)
  })

  it('refuses lists of different length', () => {
    assert.throws(() => pairedDifference([1], [1, 0], 1), RangeError)
  })
})

describe('quantile', () => {
  it('interpolates between order statistics', () => {
    assert.deepEqual([0, 0.25, 0.5, 0.95, 1].map((share) => quantile([1, 2, 3, 4, 5], share)), [1, 2, 3, 4.8, 5])
    assert.throws(() => quantile([], 0.5), RangeError)
  })
})

describe('wilsonInterval', () => {
  it('agrees with published values', () => {
    const tenOfTwenty = wilsonInterval(10, 20)
    near(tenOfTwenty.low, 0.2993, 1e-4)
    near(tenOfTwenty.high, 0.7007, 1e-4)
    const none = wilsonInterval(0, 10)
    near(none.low, 0)
    near(none.high, 0.2775, 1e-4)
  })

  it('solves (p̂ − p)² = z²p(1 − p)/n at both bounds', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1000 }), fc.nat(1000), (trials, some) => {
      const { value, low, high } = wilsonInterval(Math.min(some, trials), trials)
      for (const bound of [low, high]) near((value - bound) ** 2, (1.959963984540054 ** 2 * bound * (1 - bound)) / trials, 1e-9)
      assert.ok(0 <= low && low <= value && value <= high && high <= 1 && low < high)
    }))
    assert.throws(() => wilsonInterval(0, 0), RangeError)
  })
})

describe('mean over seeds', () => {
  it('has Student’s interval: for 1, 2, 3 with 2 degrees of freedom 2 ± 4.303 / √3', () => {
    const over = overSeeds([1, 2, 3])
    assert.equal(over?.mean, 2)
    near(over?.half ?? NaN, 4.303 / Math.sqrt(3), 1e-9)
  })

  it('has no interval over one seed, and is nothing over none', () => {
    assert.deepEqual(overSeeds([4]), { mean: 4, half: null })
    assert.equal(overSeeds([]), null)
  })

  it('is an estimate of two runs and more', () => {
    const { value, low, high } = meanOverSeeds([1, 2, 3])
    assert.equal(value, 2)
    near(high - value, 4.303 / Math.sqrt(3), 1e-3)
    near(value - low, high - value)
    assert.throws(() => meanOverSeeds([1]), RangeError)
  })
})
