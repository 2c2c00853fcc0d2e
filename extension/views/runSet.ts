/** What a dashboard or an inspector is of; one panel for each set of runs. */
export interface RunSet {
  readonly runs: readonly string[]
}

export const RUNS_MOST = 20

/** The same for the same runs in whatever order. */
export const runSetKey = ({ runs }: RunSet): string => [...runs].sort().join('\n')

/** What a panel kept over a reload, if it is a set of runs. */
export function restoreRunSet(kept: unknown): RunSet | undefined {
  if (typeof kept !== 'object' || kept === null || !('runs' in kept) || !Array.isArray(kept.runs)) return undefined
  const runs: unknown[] = kept.runs
  return runs.length > 0 && runs.length <= RUNS_MOST && runs.every((run) => typeof run === 'string') ? { runs } : undefined
}
