import { html } from 'lit'
import type { TemplateResult } from 'lit'
import type { WatchedRun } from './liveRuns.ts'

/** What is shown while there is nothing to draw. */
export function emptyState(runs: readonly WatchedRun[], shown: readonly WatchedRun[], started: boolean): TemplateResult {
  const [title, text] = words(runs, shown, started)
  return html`<div class="empty"><h2>${title}</h2><p class="faint">${text}</p></div>`
}

function words(runs: readonly WatchedRun[], shown: readonly WatchedRun[], started: boolean): readonly [string, string] {
  if (!started || runs.some((run) => run.loading)) return ['Reading …', 'Metrics are read from the run’s folder.']
  if (runs.length === 0) return ['No run', 'Open a run from the Rollout Lab view, or start one with “Rollout Lab: Start Run…”.']
  if (shown.length === 0) return ['No run is shown', 'Tick one above to see its curves.']
  if (runs.every((run) => run.gone)) return ['Nothing to show', 'The folder was deleted or moved before anything was read of it.']
  if (runs.some((run) => run.card.status === 'running')) return ['The run has just begun', 'Curves appear with the first step; the evaluation before training comes first.']
  return ['No metrics yet', 'The run ended before its first step; the message above says why, and the run’s log says more.']
}
