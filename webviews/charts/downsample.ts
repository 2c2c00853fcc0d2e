/** Columns on one axis, ready to be drawn. */
export interface Columns {
  readonly x: readonly number[]
  readonly ys: readonly (readonly (number | null)[])[]
}

/**
 * At most 2 · `buckets` points that draw as all of them would: each bucket of neighbouring steps keeps, for every column, its
 * smallest and its largest value in the order in which they came. Columns that are already short are given back as they are.
 */
export function downsample({ x, ys }: Columns, buckets: number): Columns {
  if (buckets < 1 || x.length <= 2 * buckets) return { x, ys }
  const edges = Array.from({ length: buckets + 1 }, (_, i) => Math.floor((i * x.length) / buckets))
  return { x: edges.slice(1).flatMap((end, i) => [x[edges[i]!]!, x[end - 1]!]), ys: ys.map((values) => extremes(values, edges)) }
}

function extremes(values: readonly (number | null)[], edges: readonly number[]): (number | null)[] {
  const kept: (number | null)[] = []
  for (let bucket = 0; bucket + 1 < edges.length; bucket++) {
    const [first, second] = extremesBetween(values, edges[bucket]!, edges[bucket + 1]!)
    kept.push(first, second)
  }
  return kept
}

function extremesBetween(values: readonly (number | null)[], from: number, to: number): [number | null, number | null] {
  let low = -1
  let high = -1
  for (let i = from; i < to; i++) {
    const value = values[i] ?? null
    if (value === null) continue
    if (low < 0 || value < values[low]!) low = i
    if (high < 0 || value > values[high]!) high = i
  }
  if (low < 0) return [null, null]
  return [values[Math.min(low, high)]!, values[Math.max(low, high)]!]
}
