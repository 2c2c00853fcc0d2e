/** Arithmetic mean; NaN for no values. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Share of the items for which it holds; NaN for no items. */
export function shareOf<T>(items: readonly T[], holds: (item: T) => boolean): number {
  return items.filter(holds).length / items.length
}

/** Largest value; −Infinity for no values. No limit on their number, unlike Math.max(...values). */
export function maximumOf(values: readonly number[]): number {
  return values.reduce((largest, value) => Math.max(largest, value), -Infinity)
}
