import type { Estimate } from '../protocol/numbers.ts'

/** 97.5 % quantiles of Student's t for 1 … 30 degrees of freedom; beyond, the normal's is within 4 %. */
const T_QUANTILES = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101, 2.093, 2.086,
  2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042
]

/** Of Student's t: half of a 95 % interval in standard errors. */
export const tQuantile = (degreesOfFreedom: number): number => T_QUANTILES[degreesOfFreedom - 1] ?? 1.96

/** `half`: half the width of Student's 95 % interval around the mean; null for a single value. */
export interface OverSeeds {
  readonly mean: number
  readonly half: number | null
}

/** Mean of one figure over runs that differ in their seed; null for none. */
export function overSeeds(values: readonly number[]): OverSeeds | null {
  const n = values.length
  if (n === 0) return null
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  if (n === 1) return { mean, half: null }
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1)
  return { mean, half: tQuantile(n - 1) * Math.sqrt(variance / n) }
}

/** The same as an estimate. @throws RangeError for fewer than 2 values. */
export function meanOverSeeds(values: readonly number[]): Estimate {
  const over = overSeeds(values)
  if (over === null || over.half === null) throw new RangeError(`an interval over seeds needs at least 2 runs, there are ${values.length}`)
  return { value: over.mean, low: over.mean - over.half, high: over.mean + over.half }
}
