/** The bins that a range on a histogram begins and ends with, both inclusive. */
export type BrushedBins = readonly [from: number, to: number]

const PAGE_BINS = 5

/** Bins that a key moves an end by. */
const MOVES: ReadonlyMap<string, number> = new Map([
  ['ArrowLeft', -1], ['ArrowDown', -1], ['ArrowRight', 1], ['ArrowUp', 1], ['PageDown', -PAGE_BINS], ['PageUp', PAGE_BINS], ['Home', -Infinity], ['End', Infinity]
])

/**
 * The range after a key on its first (0) or last (1) bin, which do not pass each other; undefined where the key moves nothing.
 * @param count bins of the histogram
 */
export function movedBrush([from, to]: BrushedBins, end: 0 | 1, key: string, count: number): BrushedBins | undefined {
  const move = MOVES.get(key)
  if (move === undefined) return undefined
  return end === 0 ? [Math.max(0, Math.min(to, from + move)), to] : [from, Math.min(count - 1, Math.max(from, to + move))]
}
