import assert from 'node:assert/strict'
import fc from 'fast-check'
import { randomStream } from '../../random/random.ts'
import { cohenKappa, pairTally, shareAlike, UNWEIGHTED } from './cohenKappa.ts'
import type { RatingPair } from './cohenKappa.ts'
import { FIRST_ERROR_CELLS, firstErrorF1, firstErrorTally } from './firstErrorF1.ts'
import type { FirstError } from './firstErrorF1.ts'
import { alphaForm } from './krippendorffAlpha.ts'
import type { Unit } from './krippendorffAlpha.ts'
import { ALPHA_EXAMPLES, KAPPA_EXAMPLES, krippendorffAlpha, LINEAR, QUADRATIC } from './publishedExamples.fixture.ts'
import { SPAN_CELLS, spanF1, spanTally } from './spanAgreement.ts'
import type { MarkedSpan } from './spanAgreement.ts'
import { estimateTallies, sumOf } from './tally.ts'

const near = (actual: number | null, expected: number, tolerance = 1e-9): void =>
  assert.ok(actual !== null && Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`)
const decimals = (printed: string): number => printed.split('.')[1]!.length
const tableOf = (pairs: readonly RatingPair[], categories: number): Float64Array => sumOf([pairTally(pairs, categories)], categories ** 2)

describe("Cohen's κ", () => {
  for (const { source, table, categories, weight, printed, exact } of KAPPA_EXAMPLES) {
    it(`is what is printed: ${source}`, () => {
      near(cohenKappa(table, categories, weight), exact)
      assert.equal(exact.toFixed(decimals(printed)), printed)
      near(cohenKappa(table.map((count) => count / 200), categories, weight), exact)
    })
  }

  const pairs = fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { minLength: 2, maxLength: 30 })
  it('is the same whichever rater comes first, and 1 where both always say the same', () => {
    fc.assert(fc.property(pairs, (ratings) => {
      for (const weight of [UNWEIGHTED, LINEAR, QUADRATIC]) {
        const turned = cohenKappa(tableOf(ratings.map(([a, b]): RatingPair => [b, a]), 4), 4, weight)
        const value = cohenKappa(tableOf(ratings, 4), 4, weight)
        if (value === null) assert.equal(turned, null)
        else near(turned, value)
      }
      const alike = ratings.map(([a]): RatingPair => [a, a])
      if (new Set(alike.map(([a]) => a)).size > 1) near(cohenKappa(tableOf(alike, 4), 4, QUADRATIC), 1)
    }))
  })

  it('is not defined where chance agreement is certain, and 0 for a rater who always says the same', () => {
    assert.equal(cohenKappa(tableOf([[1, 1], [1, 1]], 2), 2), null)
    assert.equal(cohenKappa([0, 0, 0, 0], 2), null)
    const lazy = tableOf([[0, 0], [0, 0], [0, 0], [1, 0]], 2)
    near(cohenKappa(lazy, 2), 0)
    near(shareAlike(lazy, 2), 0.75)
    assert.equal(shareAlike([0, 0, 0, 0], 2), null)
  })

  it('is (1 − 2q)² for two raters who err with probability q on balanced truth', () => {
    const random = randomStream('noisy raters', 1)
    const q = 0.2
    const say = (truth: number): number => (random.next() < q ? 1 - truth : truth)
    const ratings = Array.from({ length: 200_000 }, (_, i): RatingPair => [say(i % 2), say(i % 2)])
    near(cohenKappa(tableOf(ratings, 2), 2), (1 - 2 * q) ** 2, 0.01)
  })
})

describe("Krippendorff's α", () => {
  for (const { source, units, level, printed, exact } of ALPHA_EXAMPLES) {
    it(`is what is printed: ${source}`, () => {
      near(krippendorffAlpha(units, level), exact)
      assert.equal(exact.toFixed(decimals(printed)), printed)
    })
  }

  it('takes no notice of units with one rating, and is not defined without a difference', () => {
    const units: Unit[] = [[0, 0, 1], [1, 1], [2, 1]]
    for (const level of ['nominal', 'ordinal', 'interval'] as const) {
      near(krippendorffAlpha([...units, [2], []], level), krippendorffAlpha(units, level)!)
      assert.equal(krippendorffAlpha([[1, 1], [1, 1, 1]], level), null)
      assert.equal(krippendorffAlpha([[1], [2]], level), null)
    }
    assert.equal(krippendorffAlpha([[0.1, 0.1], [0.1, 0.1, 0.1]], 'interval'), null)
  })

  it('is the same for binary data at every level', () => {
    fc.assert(fc.property(fc.array(fc.array(fc.nat(1), { maxLength: 4 }), { maxLength: 12 }), (units) => {
      const [nominal, ordinal, interval] = (['nominal', 'ordinal', 'interval'] as const).map((level) => krippendorffAlpha(units, level))
      if (nominal === null) assert.deepEqual([ordinal, interval], [null, null])
      else for (const other of [ordinal!, interval!]) near(other, nominal!)
    }))
  })

  it('of numbers does not change when all are moved and stretched', () => {
    fc.assert(fc.property(fc.array(fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 4 }), { maxLength: 12 }), (units) => {
      const value = krippendorffAlpha(units, 'interval')
      const moved = krippendorffAlpha(units.map((unit) => unit.map((one) => 1000 + one / 4)), 'interval')
      if (value === null) assert.equal(moved, null)
      else near(moved, value)
    }))
  })

  it('over traces is the sum of what each adds', () => {
    const units: Unit[] = [[0, 0, 1], [1, 1], [2, 1], [0, 2, 2]]
    for (const level of ['nominal', 'ordinal', 'interval'] as const) {
      const form = alphaForm(units, level)
      near(form.alpha(sumOf(units.map((unit) => form.tally([unit])), form.size)), krippendorffAlpha(units, level)!)
    }
  })
})

describe('first-error F1', () => {
  const f1 = (pairs: readonly (readonly [FirstError, FirstError])[]): number | null => firstErrorF1(sumOf(pairs.map(([truth, said]) => firstErrorTally(truth, said)), FIRST_ERROR_CELLS))

  it('is the harmonic mean of the two accuracies: GPT-4o-0806 on the GSM8K part of ProcessBench, table 3', () => {
    // 207 wrong and 193 right traces; 70.0 % located and 91.2 % accepted give the printed 79.2.
    const wrong = Array.from({ length: 207 }, (_, i) => [3, i < 145 ? 3 : 4] as const)
    const right = Array.from({ length: 193 }, (_, i) => [null, i < 176 ? null : 0] as const)
    const value = f1([...wrong, ...right])!
    near(value, 2 / (207 / 145 + 193 / 176))
    assert.equal((100 * value).toFixed(1), '79.2')
  })

  it('needs the exact place, and both kinds of traces', () => {
    near(f1([[2, 2], [2, 3], [null, null]]), 2 / 3)
    assert.equal(f1([[2, null], [null, 1]]), 0)
    assert.equal(f1([[2, 2]]), null)
    assert.equal(f1([[null, null]]), null)
    near(f1([[0, 0], [null, null]]), 1)
  })
})

describe('agreement on spans', () => {
  const f1 = (first: readonly MarkedSpan[], second: readonly MarkedSpan[]): number | null => spanF1(sumOf([spanTally(first, second)], SPAN_CELLS))

  it('is the F1 of the marked text, character by character', () => {
    const spans = fc.array(fc.tuple(fc.nat(40), fc.nat(10)).map(([from, length]) => ({ from, to: from + length })), { maxLength: 6 })
    const characters = (marked: readonly MarkedSpan[]): Set<number> => new Set(marked.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i)))
    fc.assert(fc.property(spans, spans, (first, second) => {
      const [a, b] = [characters(first), characters(second)]
      const both = [...a].filter((one) => b.has(one)).length
      if (a.size + b.size === 0) assert.equal(f1(first, second), null)
      // Precision and recall of the second against the first.
      else near(f1(first, second), both === 0 ? 0 : 2 / (b.size / both + a.size / both))
    }))
  })
})

describe('intervals of agreement', () => {
  const tallies = (traces: number, seed: number) => {
    const random = randomStream('ratings', seed)
    return Array.from({ length: traces }, () => {
      const truth = random.integer(2)
      const say = (): number => (random.next() < 0.2 ? 1 - truth : truth)
      return pairTally([[say(), say()]], 2)
    })
  }
  const kappa = (sum: ArrayLike<number>): number | null => cohenKappa(sum, 2)

  it('cover the true κ about as often as they say', () => {
    let covered = 0
    for (let seed = 0; seed < 100; seed++) {
      const [estimate] = estimateTallies(tallies(120, seed), 4, [kappa], seed)
      if (estimate!.low! <= 0.36 && 0.36 <= estimate!.high!) covered++
    }
    assert.ok(covered >= 87 && covered <= 100, `covered ${covered} of 100`)
  })

  it('are as wide as the large-sample standard error says: Fleiss, Cohen & Everitt 1969', () => {
    const [{ table, exact }] = KAPPA_EXAMPLES.filter(({ source }) => source === 'Cohen 1960, table 2') as [typeof KAPPA_EXAMPLES[number]]
    const traces = table.flatMap((count, cell) => Array.from({ length: count }, () => pairTally([[Math.floor(cell / 3), cell % 3]], 3)))
    const [estimate] = estimateTallies(traces, 9, [(sum) => cohenKappa(sum, 3)], 1)
    near(estimate!.value, exact)
    near(estimate!.high! - estimate!.low!, 2 * 1.96 * largeSampleError(table, 3), 0.02)
  })

  it('are the same for the same seed, and absent where there is one trace or no value', () => {
    const some = tallies(50, 3)
    assert.deepEqual(estimateTallies(some, 4, [kappa], 7), estimateTallies(some, 4, [kappa], 7))
    assert.deepEqual(estimateTallies([pairTally([[0, 0], [1, 1]], 2)], 4, [kappa], 1), [{ value: 1, low: null, high: null }])
    assert.deepEqual(estimateTallies([pairTally([[1, 1]], 2), pairTally([[1, 1]], 2)], 4, [kappa], 1), [{ value: null, low: null, high: null }])
    assert.deepEqual(estimateTallies([], 4, [kappa], 1), [{ value: null, low: null, high: null }])
  })

  it('draws whole traces: twenty alike labels of a trace say no more than one', () => {
    const once = tallies(60, 5)
    const repeated = once.map(({ cells, amounts }) => ({ cells, amounts: amounts.map((amount) => 20 * amount) }))
    assert.deepEqual(estimateTallies(repeated, 4, [kappa], 2).map(round), estimateTallies(once, 4, [kappa], 2).map(round))
  })
})

const round = (estimate: { readonly low: number | null; readonly high: number | null }): number[] => [estimate.low!, estimate.high!].map((bound) => Number(bound.toFixed(9)))

/** Standard error of κ, formula 13 of the paper with unweighted agreement. */
function largeSampleError(table: readonly number[], k: number): number {
  const n = table.reduce((sum, count) => sum + count, 0)
  const p = table.map((count) => count / n)
  const rows = Array.from({ length: k }, (_, i) => p.slice(i * k, i * k + k).reduce((sum, one) => sum + one, 0))
  const columns = Array.from({ length: k }, (_, j) => p.filter((_, cell) => cell % k === j).reduce((sum, one) => sum + one, 0))
  const observed = rows.reduce((sum, _, i) => sum + p[i * k + i]!, 0)
  const expected = rows.reduce((sum, row, i) => sum + row * columns[i]!, 0)
  let variance = 0
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      const shift = (rows[j]! + columns[i]!) * (1 - observed)
      variance += p[i * k + j]! * ((i === j ? 1 - expected : 0) - shift) ** 2
    }
  }
  return Math.sqrt((variance - (observed * expected - 2 * expected + observed) ** 2) / n) / (1 - expected) ** 2
}
