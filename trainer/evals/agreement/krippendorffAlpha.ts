/**
 * Krippendorff's α = 1 − D_o / D_e over any number of raters, with ratings missing. A unit is what several raters rated; only units
 * with two ratings or more count, each of its ordered pairs with weight 1/(m − 1). D_o and D_e are the mean squared differences
 * within units and over all ratings. 1 = always alike, 0 = as by chance, below 0 = less than that; null where all ratings are
 * equal. Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011.
 */
import { add, tallyOf } from './tally.ts'
import type { Statistic, Tally } from './tally.ts'

/** What the difference of two values is: unlike, ranks apart, or numbers apart. */
export type Level = 'nominal' | 'ordinal' | 'interval'

/** Ratings of one unit: categories from 0 (nominal; ordinal: in their order), or numbers (interval). */
export type Unit = readonly number[]

/** How units of a level are counted, and α from the sum of the counts. */
export interface AlphaForm {
  readonly size: number
  tally(units: readonly Unit[]): Tally
  readonly alpha: Statistic
}

const pairable = (units: readonly Unit[]): readonly Unit[] => units.filter((unit) => unit.length > 1)

/** Cell 0: observed disagreement; cell 1 + c: ratings of category c. */
function nominalAlpha(categories: number): AlphaForm {
  return {
    size: categories + 1,
    tally: (units) => {
      const amounts = new Map<number, number>()
      for (const unit of pairable(units)) {
        for (const category of unit) add(amounts, 1 + category)
        add(amounts, 0, unit.reduce((sum, one) => sum + unit.filter((other) => other !== one).length, 0) / (unit.length - 1))
      }
      return tallyOf(amounts)
    },
    alpha: (sum) => {
      let total = 0
      let squares = 0
      for (let c = 1; c <= categories; c++) {
        total += sum[c]!
        squares += sum[c]! ** 2
      }
      return alphaOf(sum[0]!, total * total - squares, total)
    }
  }
}

/** The coincidence matrix, flat: the difference of two ranks depends on how often the ranks between them were given. */
function ordinalAlpha(categories: number): AlphaForm {
  return {
    size: categories ** 2,
    tally: (units) => {
      const amounts = new Map<number, number>()
      for (const unit of pairable(units)) {
        for (const [i, one] of unit.entries()) {
          for (const [j, other] of unit.entries()) if (i !== j) add(amounts, one * categories + other, 1 / (unit.length - 1))
        }
      }
      return tallyOf(amounts)
    },
    alpha: (coincidences) => ordinal(coincidences, categories)
  }
}

function ordinal(coincidences: ArrayLike<number>, categories: number): number | null {
  const given = Float64Array.from({ length: categories }, (_, c) => {
    let sum = 0
    for (let k = 0; k < categories; k++) sum += coincidences[c * categories + k]!
    return sum
  })
  let observed = 0
  let expected = 0
  for (let c = 0; c < categories; c++) {
    let between = given[c]!
    for (let k = c + 1; k < categories; k++) {
      between += given[k]!
      const difference = (between - (given[c]! + given[k]!) / 2) ** 2
      observed += 2 * difference * coincidences[c * categories + k]!
      expected += 2 * difference * given[c]! * given[k]!
    }
  }
  return alphaOf(observed, expected, given.reduce((sum, one) => sum + one, 0))
}

/**
 * Cells: observed disagreement, number, sum and sum of squares of the ratings, taken from `centre`, a value in their midst, so that
 * the difference of the sums keeps its digits.
 */
function intervalAlpha(centre: number): AlphaForm {
  return {
    size: 4,
    tally: (units) => {
      const amounts = new Map<number, number>()
      for (const unit of pairable(units)) {
        for (const value of unit) {
          add(amounts, 1)
          add(amounts, 2, value - centre)
          add(amounts, 3, (value - centre) ** 2)
        }
        add(amounts, 0, unit.reduce((sum, one) => sum + unit.reduce((inner, other) => inner + (one - other) ** 2, 0), 0) / (unit.length - 1))
      }
      return tallyOf(amounts)
    },
    alpha: (sums) => {
      const squares = sums[1]! * sums[3]!
      const spread = squares - sums[2]! ** 2
      // What is left of equal values by rounding is no spread.
      return alphaOf(sums[0]!, spread > ROUNDING * squares ? 2 * spread : 0, sums[1]!)
    }
  }
}

const ROUNDING = 1e-12

/** `observed`: Σ of weighted squared differences within units; `expected`: Σ of squared differences over all pairs of ratings. */
function alphaOf(observed: number, expected: number, ratings: number): number | null {
  return ratings > 1 && expected > 0 ? 1 - ((ratings - 1) * observed) / expected : null
}

/** The form for ratings of a level; categories are 0 … the largest that is given. */
export function alphaForm(units: readonly Unit[], level: Level): AlphaForm {
  const values = units.flat()
  if (level === 'interval') return intervalAlpha(values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length))
  const categories = values.reduce((most, value) => Math.max(most, value + 1), 0)
  return level === 'nominal' ? nominalAlpha(categories) : ordinalAlpha(categories)
}
