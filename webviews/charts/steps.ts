import type { ChartLine, StepRange } from './chartData.ts'

/** Index of the first entry of an increasing array that is not below `value`; its length where all are. */
export function lowerBound(sorted: readonly number[], value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}

/** Index of the entry of an increasing array that is nearest to `value`; −1 for an empty one. */
export function nearestIndex(sorted: readonly number[], value: number): number {
  const above = lowerBound(sorted, value)
  if (above === 0) return sorted.length === 0 ? -1 : 0
  if (above === sorted.length) return above - 1
  return value - sorted[above - 1]! <= sorted[above]! - value ? above - 1 : above
}

/** The entry of increasing steps that is nearest to a place on their axis, of those in view where some are; null where there is none. */
export function nearestStep(steps: readonly number[], place: number, range: StepRange): number | null {
  const inView = range ? steps.slice(lowerBound(steps, range.from), lowerBound(steps, range.to + 1e-9)) : steps
  return inView[nearestIndex(inView, place)] ?? steps[nearestIndex(steps, place)] ?? null
}

/** All steps of the lines, increasing, each once. */
export function unionOfSteps(lines: readonly Pick<ChartLine, 'x'>[]): readonly number[] {
  const distinct = [...new Set(lines.map((line) => line.x))]
  if (distinct.length <= 1) return distinct[0] ?? []
  return distinct.reduce(mergeSteps)
}

/** Steps at which some line has a value, increasing. */
export function valuedSteps(lines: readonly Pick<ChartLine, 'x' | 'y'>[]): readonly number[] {
  return unionOfSteps(lines.map(({ x, y }) => (y.includes(null) ? { x: x.filter((_, i) => (y[i] ?? null) !== null) } : { x })))
}

function mergeSteps(a: readonly number[], b: readonly number[]): readonly number[] {
  const merged: number[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    const next = Math.min(a[i] ?? Infinity, b[j] ?? Infinity)
    merged.push(next)
    if (a[i] === next) i++
    if (b[j] === next) j++
  }
  return merged
}

/** Values of a line at the steps of `axis`, which holds all of the line's own; null at the others. */
export function alignTo(axis: readonly number[], x: readonly number[], values: readonly (number | null)[]): readonly (number | null)[] {
  if (axis === x) return values
  const aligned = new Array<number | null>(axis.length).fill(null)
  let at = 0
  x.forEach((step, i) => {
    while (axis[at]! < step) at++
    aligned[at] = values[i] ?? null
  })
  return aligned
}

/** Positions [from, to) of `axis` within the range, with one more on either side so that curves run to the edge. */
export function slicePositions(axis: readonly number[], range: StepRange): { readonly from: number; readonly to: number } {
  if (!range) return { from: 0, to: axis.length }
  return { from: Math.max(0, lowerBound(axis, range.from) - 1), to: Math.min(axis.length, lowerBound(axis, range.to + 1e-9) + 1) }
}
