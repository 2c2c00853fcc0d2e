import type { AgreementMeasure } from '../../protocol/labelViews.ts'
import { groupBy } from '../grouping.ts'
import { cohenKappa, pairTally, shareAlike, squaredDistance } from './cohenKappa.ts'
import type { RatingPair } from './cohenKappa.ts'
import { FIRST_ERROR_CELLS, firstErrorF1, firstErrorTally } from './firstErrorF1.ts'
import type { FirstError } from './firstErrorF1.ts'
import type { Judgement, Ratings } from './judgements.ts'
import { measure } from './measures.ts'
import type { Comparison } from './measures.ts'
import { reference } from './rater.ts'
import type { Rater } from './rater.ts'
import { hasTable, isOrdered } from './scale.ts'
import type { Scale } from './scale.ts'
import { estimateTallies } from './tally.ts'

/** What two raters say of one item. */
export type JudgedTwice = readonly [first: Judgement, second: Judgement]

/** Two raters and the items that both judged. */
export interface RaterPair {
  readonly first: Rater
  readonly second: Rater
  readonly judged: readonly JudgedTwice[]
}

/** Pairs of raters are compared one by one up to so many; those with most in common first. Measures over all take in the others. */
const MOST_PAIRS = 45
const SEED = 1

/** Pairs of raters by name, with what both judged. */
export function raterPairs(ratings: Ratings): RaterPair[] {
  const pairs = new Map<string, JudgedTwice[]>()
  for (const ofItem of ratings.values()) {
    const sorted = [...ofItem.values()].sort((a, b) => (a.rater.name < b.rater.name ? -1 : 1))
    for (const [i, first] of sorted.entries()) {
      for (const second of sorted.slice(i + 1)) {
        const key = JSON.stringify([first.rater.name, second.rater.name])
        const known = pairs.get(key)
        if (known === undefined) pairs.set(key, [[first, second]])
        else known.push([first, second])
      }
    }
  }
  const found = [...pairs.values()].map((judged): RaterPair => ({ first: judged[0]![0].rater, second: judged[0]![1].rater, judged }))
  return found.sort((a, b) => b.judged.length - a.judged.length).slice(0, MOST_PAIRS)
}

/** Share alike and κ; with weights too where the categories have an order. */
export function kappas(pair: RaterPair, scale: Scale, comparison: Pick<Comparison, 'subject' | 'what'>): AgreementMeasure[] {
  if (!hasTable(scale)) return []
  const { categories } = scale
  const codes = new Map(categories.map((value, code) => [value, code]))
  const codesOf = ([a, b]: JudgedTwice): RatingPair => [codes.get(a.value)!, codes.get(b.value)!]
  const k = categories.length
  const squares = squaredDistance(categories.map(Number))
  const names = isOrdered(scale) ? (['alike', 'kappa', 'weightedKappa'] as const) : (['alike', 'kappa'] as const)
  const statistics = { alike: (sum: ArrayLike<number>) => shareAlike(sum, k), kappa: (sum: ArrayLike<number>) => cohenKappa(sum, k), weightedKappa: (sum: ArrayLike<number>) => cohenKappa(sum, k, squares) }
  const tallies = byTrace(pair.judged).map((judged) => pairTally(judged.map(codesOf), k))
  const estimates = estimateTallies(tallies, k * k, names.map((name) => statistics[name]), SEED)
  const compared = { ...comparison, between: between(pair), items: pair.judged.length, undefinedBecause: 'both always gave the same category: chance agreement is certain' }
  return names.map((name, i) => measure(name, compared, estimates[i]!))
}

/** F1 of one rater's first errors against the other's as the reference; both ways round where neither is the reference. */
export function firstErrorMeasures(pair: RaterPair, comparison: Pick<Comparison, 'subject' | 'what'>): AgreementMeasure[] {
  const which = reference(pair.first, pair.second)
  const turns = which === 'both' ? (['first', 'second'] as const) : [which]
  return turns.map((truth) => {
    const [of, against] = truth === 'first' ? [pair.second, pair.first] : [pair.first, pair.second]
    const tallies = pair.judged.map(([first, second]) => (truth === 'first' ? firstErrorTally(placeOf(first), placeOf(second)) : firstErrorTally(placeOf(second), placeOf(first))))
    const [estimate] = estimateTallies(tallies, FIRST_ERROR_CELLS, [firstErrorF1], SEED)
    const compared = { ...comparison, between: `${of.name} against ${against.name}`, items: pair.judged.length, undefinedBecause: 'the reference calls all traces right, or all wrong' }
    return measure('firstErrorF1', compared, estimate!)
  })
}

const placeOf = ({ value }: Judgement): FirstError => (typeof value === 'number' ? value : null)

const between = ({ first, second }: Pick<RaterPair, 'first' | 'second'>): string => `${first.name} and ${second.name}`

const byTrace = (judged: readonly JudgedTwice[]): readonly (readonly JudgedTwice[])[] => [...groupBy(judged, ([{ trace }]) => trace).values()]
