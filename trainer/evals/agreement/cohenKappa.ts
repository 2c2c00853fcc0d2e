import { add, tallyOf } from './tally.ts'
import type { Tally } from './tally.ts'

/** Two ratings of one item: categories, from 0. */
export type RatingPair = readonly [first: number, second: number]

/** How much a disagreement between two categories counts, from 0 for none; the unit does not matter. */
export type DisagreementWeight = (first: number, second: number) => number

/** All disagreements count the same: κ without weights (Cohen 1960). */
export const UNWEIGHTED: DisagreementWeight = (first, second) => (first === second ? 0 : 1)
/** By the square of the distance between what the categories stand for: quadratic weights (Fleiss & Cohen 1973). */
export const squaredDistance = (values: readonly number[]): DisagreementWeight => (first, second) => (values[first]! - values[second]!) ** 2

/** The pairs of one trace as counts of a K × K table, flat: the first rater's category times K plus the second's. */
export function pairTally(pairs: readonly RatingPair[], categories: number): Tally {
  const amounts = new Map<number, number>()
  for (const [first, second] of pairs) add(amounts, first * categories + second)
  return tallyOf(amounts)
}

/**
 * Agreement of two raters beyond chance, κ = 1 − Σ w·O / Σ w·E: O the K × K table of counts or shares (flat, rows the first rater),
 * E what the raters' own shares of the categories would give by chance, w the weights of disagreement. 1 = always alike, 0 = as by
 * chance, below 0 = less than that; null where chance agreement is certain. Cohen, "A coefficient of agreement for nominal
 * scales", 1960; "Weighted kappa", 1968.
 */
export function cohenKappa(table: ArrayLike<number>, categories: number, weight: DisagreementWeight = UNWEIGHTED): number | null {
  const { rows, columns, total } = marginsOf(table, categories)
  let observed = 0
  let expected = 0
  for (let i = 0; i < categories; i++) {
    for (let j = 0; j < categories; j++) {
      const cost = weight(i, j)
      observed += cost * table[i * categories + j]!
      expected += cost * rows[i]! * columns[j]!
    }
  }
  return expected > 0 ? 1 - (observed * total) / expected : null
}

/** Share of the items on which both say the same; null without items. */
export function shareAlike(table: ArrayLike<number>, categories: number): number | null {
  const { total } = marginsOf(table, categories)
  let alike = 0
  for (let i = 0; i < categories; i++) alike += table[i * categories + i]!
  return total > 0 ? alike / total : null
}

function marginsOf(table: ArrayLike<number>, categories: number): { readonly rows: Float64Array; readonly columns: Float64Array; readonly total: number } {
  const rows = new Float64Array(categories)
  const columns = new Float64Array(categories)
  let total = 0
  for (let i = 0; i < categories; i++) {
    for (let j = 0; j < categories; j++) {
      const count = table[i * categories + j]!
      rows[i]! += count
      columns[j]! += count
      total += count
    }
  }
  return { rows, columns, total }
}
