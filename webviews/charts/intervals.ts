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

/** 97.5 % quantiles of Student's t for 1 … 30 degrees of freedom; beyond, the normal's is within 4 %. */
const T_QUANTILES = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101, 2.093, 2.086,
  2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042
]

/** Mean of one figure over seeds with Student's 95 % interval; no interval for a single one, null for none. */
export function overSeeds(values: readonly number[]): { readonly mean: number; readonly half: number | null } | null {
  const n = values.length
  if (n === 0) return null
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  if (n === 1) return { mean, half: null }
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1)
  return { mean, half: (T_QUANTILES[n - 2] ?? 1.96) * Math.sqrt(variance / n) }
}

/** value ± half, step by step. */
export function boundsOf(values: readonly (number | null)[], half: readonly (number | null)[]): Bounds {
  const shift = (sign: number) => values.map((value, i) => {
    const width = half[i] ?? null
    return value === null || width === null ? null : value + sign * width
  })
  return { low: shift(-1), high: shift(1) }
}
