import type { Completion } from '../protocol/playground.ts'
import { MOST_COMPLETIONS } from './parameters.ts'

/** Characters of all completions together: VS Code writes what a page keeps as one text, again and again. */
export const KEPT_CHARACTERS = 1_000_000

/** The completions that come back with the page, written to the end or not: in their order, as many as fit. */
export function toKeep(completions: readonly (Completion | undefined)[]): readonly Completion[] {
  const kept: Completion[] = []
  let left = KEPT_CHARACTERS
  for (const completion of completions) {
    if (!completion) continue
    left -= completion.text.length
    if (left < 0) break
    kept.push(completion)
  }
  return kept
}

/** Those that were kept, as far as they can be understood, each at its own number. */
export function readKept(kept: unknown): readonly (Completion | undefined)[] {
  const known = new Map((Array.isArray(kept) ? kept.filter(isCompletion) : []).map((completion) => [completion.index, completion]))
  return Array.from({ length: Math.max(-1, ...known.keys()) + 1 }, (_, index) => known.get(index))
}

function isCompletion(value: unknown): value is Completion {
  if (typeof value !== 'object' || value === null) return false
  const { index, text, done, stopReason, tokens, meanLogprob } = value as Record<keyof Completion, unknown>
  if (stopReason !== undefined && typeof stopReason !== 'string') return false
  if ([tokens, meanLogprob].some((each) => each !== undefined && typeof each !== 'number')) return false
  return typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < MOST_COMPLETIONS && typeof text === 'string' && typeof done === 'boolean'
}
