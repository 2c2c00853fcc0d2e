import type { RunEvent } from '../../trainer/protocol/events.ts'
import type { MetricSeries } from '../../trainer/protocol/runViews.ts'
import { appendToTracks } from './tracks.ts'
import type { Tracks } from './tracks.ts'

type Evaluation = Extract<RunEvent, { type: 'evaluation' }>

/** Everything that was read of one run so far. */
export interface RunSeries {
  readonly tracks: Tracks
  readonly evaluations: Evaluation[]
  readonly warnings: Extract<RunEvent, { type: 'warning' }>[]
  secondsLeft: number | undefined
  /** Offsets of what comes next. */
  nextMetrics: number
  nextEvents: number
}

export function emptySeries(): RunSeries {
  return { tracks: new Map(), evaluations: [], warnings: [], secondsLeft: undefined, nextMetrics: 0, nextEvents: 0 }
}

export function appendMetrics(run: RunSeries, added: MetricSeries): void {
  run.nextMetrics = added.next
  appendToTracks(run.tracks, added)
}

/** Steps of all tracks that have metrics. */
export const recordedSteps = ({ tracks }: RunSeries): number => [...tracks.values()].reduce((sum, { steps }) => sum + steps.length, 0)

const WARNINGS_KEPT = 50

/** Keeps evaluations and warnings; an evaluation that was done again replaces the earlier one. */
export function appendEvents(run: RunSeries, events: readonly RunEvent[], next?: number): void {
  if (next !== undefined) run.nextEvents = next
  for (const event of events) {
    if (event.type === 'evaluation') addEvaluation(run.evaluations, event)
    if (event.type === 'warning') addWarning(run.warnings, event)
    if (event.type === 'stepFinished') run.secondsLeft = event.secondsLeft
  }
}

function addEvaluation(evaluations: Evaluation[], added: Evaluation): void {
  const at = evaluations.findIndex(({ step, name }) => step === added.step && name === added.name)
  if (at >= 0) evaluations[at] = added
  else evaluations.push(added)
  evaluations.sort((a, b) => a.step - b.step)
}

/** The same warning can come live and from the file. */
function addWarning(warnings: RunSeries['warnings'], added: RunSeries['warnings'][number]): void {
  if (warnings.some(({ at, code, step }) => at === added.at && code === added.code && step === added.step)) return
  warnings.push(added)
  if (warnings.length > WARNINGS_KEPT) warnings.shift()
}
