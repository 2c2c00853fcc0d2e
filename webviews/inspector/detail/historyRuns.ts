import type { RunCard } from '../../../trainer/protocol/runViews.ts'
import { countText, unitsText } from '../rowText.ts'

/** The query answers for so many runs at a time. */
export const RUNS_PER_PAGE = 20

/** Some of the runs that a problem's history is drawn from. */
export interface RunsPage {
  readonly runs: readonly string[]
  /** Place of the first one among all, from 0. */
  readonly from: number
  readonly total: number
}

/** @param own runs of the view, which come first. @param known others, newest first */
export function runsPage(own: readonly RunCard[], known: readonly RunCard[], page: number): RunsPage {
  const all = [...new Set([...own, ...known].map(({ directory }) => directory))]
  const from = page * RUNS_PER_PAGE
  return { runs: all.slice(from, from + RUNS_PER_PAGE), from, total: all.length }
}

/** Of which runs the attempts are. */
export function runsWords({ runs, from, total }: RunsPage): string {
  if (total <= RUNS_PER_PAGE) return `in ${unitsText(total, 'run')}`
  return `in ${unitsText(runs.length, 'run')} of ${countText(total)}: ${countText(from + 1)} to ${countText(from + runs.length)}, this view’s first, then the newest`
}
