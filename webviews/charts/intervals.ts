import { tQuantile } from '../../trainer/evals/meanOverSeeds.ts'

/** Bounds of 95 % intervals, step by step; null where a part is missing. */
export interface Bounds {
  readonly low: (number | null)[]
  readonly high: (number | null)[]
}

/** mean ± 1.96 · std / √n: the normal interval of a mean. `std` is the sample's (n − 1). */
export function meanInterval(
  mean: readonly (number | null)[], std: readonly (number | null)[], count: readonly (number | null)[]
): Bounds {
  const half = mean.map((value, i) => {
    const spread = std[i] ?? null
    const n = count[i] ?? 0
    return value === null || spread === null || n < 1 ? null : (1.96 * spread) / Math.sqrt(n)
  })
  return boundsOf(mean, half)
}

/** mean ± t · standard error: Student's interval of a mean over groups, whose rollouts are not independent. */
export function groupsInterval(
  mean: readonly (number | null)[], standardError: readonly (number | null)[], groups: readonly (number | null)[]
): Bounds {
  const half = standardError.map((error, i) => {
    const n = groups[i] ?? 0
    return error === null || n < 2 ? null : tQuantile(n - 1) * error
  })
  return boundsOf(mean, half)
}

/** value ± half, step by step. */
export function boundsOf(values: readonly (number | null)[], half: readonly (number | null)[]): Bounds {
  const shift = (sign: number) => values.map((value, i) => {
    const width = half[i] ?? null
    return value === null || width === null ? null : value + sign * width
  })
  return { low: shift(-1), high: shift(1) }
}
