import { RUNS_MOST } from '../../trainer/protocol/queries.ts'

/** What a dashboard or an inspector is of; one panel for each set of runs. */
export interface RunSet {
  readonly runs: readonly string[]
  /** Runs that were asked for beyond the limit. */
  readonly leftOut?: number
}

/** As many of them as are looked at together, each once. */
export function runSetOf(asked: readonly string[]): RunSet {
  const runs = [...new Set(asked)]
  return runs.length > RUNS_MOST ? { runs: runs.slice(0, RUNS_MOST), leftOut: runs.length - RUNS_MOST } : { runs }
}

/** The same for the same runs in whatever order. */
export const runSetKey = ({ runs }: RunSet): string => [...runs].sort().join('\n')

/** What a panel kept over a reload, if it is a set of runs. */
export function restoreRunSet(kept: unknown): RunSet | undefined {
  if (typeof kept !== 'object' || kept === null || !('runs' in kept) || !Array.isArray(kept.runs)) return undefined
  const runs: unknown[] = kept.runs
  if (runs.length === 0 || runs.length > RUNS_MOST || !runs.every((run) => typeof run === 'string')) return undefined
  const leftOut = 'leftOut' in kept ? kept.leftOut : undefined
  return typeof leftOut === 'number' && Number.isSafeInteger(leftOut) && leftOut > 0 ? { runs, leftOut } : { runs }
}
