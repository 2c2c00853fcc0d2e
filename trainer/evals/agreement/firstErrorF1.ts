import { add, tallyOf } from './tally.ts'
import type { Tally } from './tally.ts'

/** Index of the first wrong step of a trace; null = none is wrong. */
export type FirstError = number | null

const WRONG = 0
const LOCATED = 1
const RIGHT = 2
const ACCEPTED = 3
export const FIRST_ERROR_CELLS = 4

/** What one trace adds: whether the truth has an error, and whether it was found at its place or the trace accepted. */
export function firstErrorTally(truth: FirstError, said: FirstError): Tally {
  const amounts = new Map<number, number>()
  add(amounts, truth === null ? RIGHT : WRONG)
  if (said === truth) add(amounts, truth === null ? ACCEPTED : LOCATED)
  return tallyOf(amounts)
}

/**
 * Harmonic mean of two accuracies: the share of wrong traces whose first wrong step was named exactly, and the share of right traces
 * that were accepted. 0 where both are 0; null where there are no wrong or no right traces. Zheng et al., "ProcessBench:
 * Identifying Process Errors in Mathematical Reasoning", 2024.
 */
export function firstErrorF1(sum: ArrayLike<number>): number | null {
  if (sum[WRONG] === 0 || sum[RIGHT] === 0) return null
  const located = sum[LOCATED]! / sum[WRONG]!
  const accepted = sum[ACCEPTED]! / sum[RIGHT]!
  return located + accepted === 0 ? 0 : (2 * located * accepted) / (located + accepted)
}
