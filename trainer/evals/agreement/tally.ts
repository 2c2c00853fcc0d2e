import { randomStream } from '../../random/random.ts'
import { quantile, RESAMPLES } from '../bootstrap.ts'

/**
 * What one trace adds to a table of counts: amounts by cell. Every measure of agreement is a function of the sum over traces, so
 * that the traces can be drawn again; labels within a trace depend on each other and are never drawn alone.
 */
export interface Tally {
  readonly cells: readonly number[]
  readonly amounts: readonly number[]
}

/** A measure of a sum of tallies; null where it is not defined. */
export type Statistic = (sum: ArrayLike<number>) => number | null

/** A value with the bounds of its 95 % interval; all null where it is not defined, bounds null where they cannot be told. */
export interface MaybeEstimate {
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
}

const TAIL = 0.025
/** Draws of all resamples together; of very many traces fewer resamples are made, never fewer than these. */
const MOST_DRAWS = 10_000_000
const FEWEST_RESAMPLES = 400

/** Sums over tallies whose cells are 0 … size − 1. */
export function sumOf(tallies: readonly Tally[], size: number): Float64Array {
  const sum = new Float64Array(size)
  for (const tally of tallies) addTo(sum, tally, 1)
  return sum
}

/**
 * Statistics of the sum, each with its 95 % percentile bootstrap interval over traces; resamples in which one is not defined are
 * left out of its interval. Seeded: same tallies and seed, same bounds.
 */
export function estimateTallies(tallies: readonly Tally[], size: number, statistics: readonly Statistic[], seed: number): MaybeEstimate[] {
  const whole = sumOf(tallies, size)
  const values = statistics.map((statistic) => statistic(whole))
  const resampled = tallies.length < 2 ? statistics.map(() => []) : resample(tallies, size, statistics, seed)
  return values.map((value, i) => (value === null ? UNDEFINED : { value, ...boundsOf(resampled[i] ?? []) }))
}

const UNDEFINED: MaybeEstimate = { value: null, low: null, high: null }

function boundsOf(values: number[]): { readonly low: number | null; readonly high: number | null } {
  if (values.length === 0) return { low: null, high: null }
  values.sort((a, b) => a - b)
  return { low: quantile(values, TAIL), high: quantile(values, 1 - TAIL) }
}

/** Traces with the same tally are added up as one: most are alike. */
function resample(tallies: readonly Tally[], size: number, statistics: readonly Statistic[], seed: number): number[][] {
  const random = randomStream('agreement', seed)
  const { distinct, indexes } = distinctOf(tallies)
  const found = statistics.map((): number[] => [])
  const sum = new Float64Array(size)
  const times = new Int32Array(distinct.length)
  for (let left = resamplesOf(tallies.length); left > 0; left--) {
    times.fill(0)
    for (let drawn = 0; drawn < indexes.length; drawn++) times[indexes[random.integer(indexes.length)]!]!++
    sum.fill(0)
    for (const [i, tally] of distinct.entries()) addTo(sum, tally, times[i]!)
    for (const [i, statistic] of statistics.entries()) {
      const value = statistic(sum)
      if (value !== null) found[i]!.push(value)
    }
  }
  return found
}

const resamplesOf = (traces: number): number => Math.max(FEWEST_RESAMPLES, Math.min(RESAMPLES, Math.floor(MOST_DRAWS / traces)))

function addTo(sum: Float64Array, { cells, amounts }: Tally, times: number): void {
  for (let i = 0; i < cells.length; i++) sum[cells[i]!]! += times * amounts[i]!
}

function distinctOf(tallies: readonly Tally[]): { readonly distinct: readonly Tally[]; readonly indexes: Int32Array } {
  const places = new Map<string, number>()
  const distinct: Tally[] = []
  const indexes = Int32Array.from(tallies, (tally) => {
    const key = `${tally.cells.join()} ${tally.amounts.join()}`
    const known = places.get(key)
    if (known !== undefined) return known
    places.set(key, distinct.length)
    return distinct.push(tally) - 1
  })
  return { distinct, indexes }
}

/** Adds up amounts by cell; cells in ascending order, so that equal traces have equal tallies. */
export function tallyOf(amounts: ReadonlyMap<number, number>): Tally {
  const sorted = [...amounts].sort(([a], [b]) => a - b)
  return { cells: sorted.map(([cell]) => cell), amounts: sorted.map(([, amount]) => amount) }
}

/** Adds to one cell of a tally that is being made. */
export function add(amounts: Map<number, number>, cell: number, amount = 1): void {
  amounts.set(cell, (amounts.get(cell) ?? 0) + amount)
}
