import { add, tallyOf } from './tally.ts'
import type { Tally } from './tally.ts'

/** UTF-16 units `from` … `to`, `to` exclusive. */
export interface MarkedSpan {
  readonly from: number
  readonly to: number
}

const SHARED = 0
const MARKED = 1
export const SPAN_CELLS = 2

/** What one trace adds: twice the text that both marked, and the text that the first marked plus that which the second marked. */
export function spanTally(first: readonly MarkedSpan[], second: readonly MarkedSpan[]): Tally {
  const [a, b] = [union(first), union(second)]
  const amounts = new Map<number, number>()
  add(amounts, SHARED, 2 * sharedLength(a, b))
  add(amounts, MARKED, lengthOf(a) + lengthOf(b))
  return tallyOf(amounts)
}

/**
 * F1 of marked text, 2·|A ∩ B| / (|A| + |B|): the same whoever is taken for the truth (Hripcsak & Rothschild, "Agreement, the
 * F-measure, and reliability in information retrieval", 2005). Null where nobody marked anything.
 */
export function spanF1(sum: ArrayLike<number>): number | null {
  return sum[MARKED]! > 0 ? sum[SHARED]! / sum[MARKED]! : null
}

/** Disjoint spans in order that cover the same text. */
function union(spans: readonly MarkedSpan[]): MarkedSpan[] {
  const merged: { from: number; to: number }[] = []
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1)
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to)
    else merged.push({ from, to })
  }
  return merged
}

const lengthOf = (spans: readonly MarkedSpan[]): number => spans.reduce((sum, { from, to }) => sum + to - from, 0)

function sharedLength(first: readonly MarkedSpan[], second: readonly MarkedSpan[]): number {
  let shared = 0
  for (let i = 0, j = 0; i < first.length && j < second.length; ) {
    const [a, b] = [first[i]!, second[j]!]
    shared += Math.max(0, Math.min(a.to, b.to) - Math.max(a.from, b.from))
    if (a.to < b.to) i++
    else j++
  }
  return shared
}
