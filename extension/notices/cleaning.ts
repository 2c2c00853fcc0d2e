import type { ShownRun } from '../runs/shownRun.ts'
import { can } from '../runs/shownRun.ts'

const GIGABYTE = 1e9

export interface CleaningProposal {
  readonly bytes: number
  readonly limitBytes: number
  /** What may be deleted, oldest first. */
  readonly candidates: readonly ShownRun[]
  /** Of these the fewest, oldest first, that bring the folder below its limit. */
  readonly proposed: readonly ShownRun[]
}

/** What to delete where runs take more than the limit; undefined = they do not. Pinned and living runs are never proposed. */
export function cleaningProposal(runs: readonly ShownRun[], limitGigabytes: number): CleaningProposal | undefined {
  const bytes = runs.reduce((sum, run) => sum + sizeOf(run), 0)
  const limitBytes = limitGigabytes * GIGABYTE
  if (bytes <= limitBytes) return undefined
  const candidates = cleanable(runs)
  let left = bytes
  const proposed = candidates.filter((run) => {
    if (left <= limitBytes) return false
    left -= sizeOf(run)
    return true
  })
  return { bytes, limitBytes, candidates, proposed }
}

/** Ended, not pinned; oldest first. */
export const cleanable = (runs: readonly ShownRun[]): readonly ShownRun[] =>
  runs.filter((run) => can(run, 'delete') && !run.card.pinned).sort((a, b) => (a.card.createdAt < b.card.createdAt ? -1 : 1))

export const sizeOf = ({ card }: ShownRun): number => card.bytes ?? 0

/** `1.2 GB`, `340 MB`: powers of ten. */
export function sizeText(bytes: number): string {
  if (bytes >= GIGABYTE) return `${(bytes / GIGABYTE).toFixed(1)} GB`
  return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.max(1, Math.round(bytes / 1e3))} kB`
}
