import { lowerBound } from '../charts/steps.ts'
import type { RunSeries } from './runSeries.ts'
import { RL_TRACK } from './tracks.ts'
import type { Track, Tracks } from './tracks.ts'

/** What charts draw of a run: one of its tracks, with the evaluations that were made on it at the track's own steps. */
export interface TrackSeries extends Track {
  readonly evaluations: RunSeries['evaluations']
  /** An evaluation at step s of the track is recorded under s + `evaluatedFrom`. */
  readonly evaluatedFrom: number
}

/** Undefined where the run has recorded nothing on it. */
export function trackSeries({ tracks, evaluations }: RunSeries, key: string): TrackSeries | undefined {
  const track = tracks.get(key)
  if (!track) return undefined
  const span = evaluatedSpan(tracks, key)
  const own = span ? evaluations.filter(({ step }) => step >= span.from && step <= span.to).map((each) => ({ ...each, step: each.step - span.from })) : []
  return track.steps.length + own.length === 0 ? undefined : { ...track, evaluations: own, evaluatedFrom: span?.from ?? 0 }
}

/**
 * Evaluations are recorded under the steps of reinforcement learning and what follows it, or of all stages where there is none
 * of it. Demonstrations before are not counted. One at the border of two tracks is of both.
 */
function evaluatedSpan(tracks: Tracks, key: string): { readonly from: number; readonly to: number } | undefined {
  const all = [...tracks.values()]
  const first = Math.max(0, all.findIndex((track) => track.key === RL_TRACK))
  const counted = all.slice(first).filter(({ steps }, i) => i === 0 || steps.length > 0)
  const at = counted.findIndex((track) => track.key === key)
  if (at < 0) return undefined
  const from = counted.slice(0, at).reduce((sum, { steps }) => sum + (steps.at(-1) ?? 0), 0)
  return { from, to: at === counted.length - 1 ? Infinity : from + (counted[at]!.steps.at(-1) ?? 0) }
}

/** The stage of a step of the track; evaluations may lie before its first and after its last. */
export function stageAt({ steps, stages, names }: Track, step: number): string {
  return stages[Math.min(lowerBound(steps, step), stages.length - 1)] ?? names[0] ?? ''
}
