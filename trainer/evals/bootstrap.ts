import type { Estimate } from '../protocol/numbers.ts'
import { randomStream } from '../random/random.ts'

/** Problems drawn with replacement, this many times. */
export const RESAMPLES = 2000
const TAIL = 0.025

/** A ratio of sums over problems: Σ part / Σ whole. With `whole` 1 it is the mean of `part`. */
export interface Share {
  readonly part: number
  readonly whole: number
}

/**
 * Mean over problems with the 95 % percentile bootstrap interval over problems. Seeded: same values and seed, same bounds.
 * Equal values give an interval without width, which says nothing about problems not drawn. @throws RangeError for no values.
 */
export function bootstrapMean(values: readonly number[], seed: number): Estimate {
  return bootstrapRatio(values.map((part) => ({ part, whole: 1 })), seed)
}

/** The same for a ratio of sums; resamples whose whole is 0 are left out. @throws RangeError where Σ whole is 0. */
export function bootstrapRatio(shares: readonly Share[], seed: number): Estimate {
  const value = ratio(shares)
  if (value === undefined) throw new RangeError('an estimate needs at least one problem with something to count')
  const random = randomStream('bootstrap', seed)
  const resampled: number[] = []
  for (let i = 0; i < RESAMPLES; i++) {
    const drawn = ratio(shares.map(() => random.pick(shares)))
    if (drawn !== undefined) resampled.push(drawn)
  }
  resampled.sort((a, b) => a - b)
  return { value, low: quantile(resampled, TAIL), high: quantile(resampled, 1 - TAIL) }
}

/**
 * Mean of after − before over the same problems, resampled in pairs: the problems' own spread cancels.
 * @throws RangeError for lists of different or no length.
 */
export function pairedDifference(before: readonly number[], after: readonly number[], seed: number): Estimate {
  if (before.length !== after.length) throw new RangeError(`paired lists of ${before.length} and ${after.length} problems`)
  return bootstrapMean(after.map((value, i) => value - (before[i] ?? 0)), seed)
}

function ratio(shares: readonly Share[]): number | undefined {
  let part = 0
  let whole = 0
  for (const share of shares) {
    part += share.part
    whole += share.whole
  }
  return whole > 0 ? part / whole : undefined
}

/** Quantile of ascending values by linear interpolation between order statistics (Hyndman & Fan's type 7). */
export function quantile(ascending: readonly number[], share: number): number {
  const position = share * (ascending.length - 1)
  const below = Math.floor(position)
  const low = ascending[below]
  if (low === undefined) throw new RangeError('a quantile needs at least one value')
  const high = ascending[below + 1] ?? low
  return low + (high - low) * (position - below)
}
