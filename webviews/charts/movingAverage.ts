/**
 * Exponential moving average with weight `smoothing` ∈ [0, 1) on the past, corrected for its start (the weights of what was seen
 * add up to 1), as Adam's moments are (Kingma and Ba, arXiv:1412.6980, section 3). Null values stay null and count for nothing.
 */
export function movingAverage(values: readonly (number | null)[], smoothing: number): (number | null)[] {
  if (smoothing <= 0) return values.slice()
  let sum = 0
  let weight = 0
  return values.map((value) => {
    if (value === null) return null
    sum = smoothing * sum + (1 - smoothing) * value
    weight = smoothing * weight + (1 - smoothing)
    return sum / weight
  })
}
