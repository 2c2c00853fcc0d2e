import type { CountedStage } from '../../trainer/protocol/runStages.ts'
import type { MetricSeries } from '../../trainer/protocol/runViews.ts'

/** What was recorded over steps that are counted as one: those of all stages of reinforcement learning, or those of one supervised stage. */
export interface Track {
  /** The same in every run, so that those of several runs lie over each other. */
  readonly key: string
  /** Names of its stages, in their order. */
  readonly names: readonly string[]
  /** Increasing. Arrays grow in place; all others are parallel. */
  readonly steps: number[]
  readonly stages: string[]
  readonly seconds: number[]
  readonly values: Map<string, (number | null)[]>
}

/** By key, in the order in which they are trained. */
export type Tracks = Map<string, Track>

export const RL_TRACK = 'reinforcement learning'

/** A file can name any number of stages; no run has so many. */
const TRACKS_MOST = 64

/** Adds what is new. A step that was done again replaces itself and all that came after it on its track. */
export function appendToTracks(tracks: Tracks, { planned, stages, steps, seconds, series }: MetricSeries): void {
  const keyOf = trackKeys(planned)
  if (tracks.size === 0) planTracks(tracks, planned, keyOf)
  const columns = Object.entries(series)
  steps.forEach((step, i) => {
    const stage = stages[i] ?? ''
    const track = trackOf(tracks, keyOf(stage), [stage])
    forgetFrom(track, step)
    for (const [name, values] of columns) if ((values[i] ?? null) !== null) columnOf(track, name)
    track.steps.push(step)
    track.stages.push(stage)
    track.seconds.push(seconds[i] ?? 0)
    for (const [name, values] of track.values) values.push(series[name]?.[i] ?? null)
  })
}

/** The track of each stage. One that nobody planned, or whose run file cannot be read, counts for itself: no step of another can be lost to it. */
function trackKeys(planned: readonly CountedStage[]): (stage: string) => string {
  const rl = new Set(planned.flatMap(({ name, supervised }) => (supervised ? [] : [name])))
  return (stage) => (rl.has(stage) ? RL_TRACK : `supervised ${stage}`)
}

/** Reinforcement learning in several stages comes where the last of them does: what lies between them is not evaluated. */
function planTracks(tracks: Tracks, planned: readonly CountedStage[], keyOf: (stage: string) => string): void {
  const namesOf = new Map<string, string[]>()
  for (const { name } of planned) {
    const key = keyOf(name)
    const names = namesOf.get(key) ?? []
    names.push(name)
    namesOf.delete(key)
    namesOf.set(key, names)
  }
  for (const [key, names] of namesOf) trackOf(tracks, key, names)
}

function trackOf(tracks: Tracks, key: string, names: readonly string[]): Track {
  const known = tracks.get(key) ?? (tracks.size < TRACKS_MOST ? undefined : [...tracks.values()].at(-1))
  if (known) return known
  const track = { key, names, steps: [], stages: [], seconds: [], values: new Map<string, (number | null)[]>() }
  tracks.set(key, track)
  return track
}

function columnOf(track: Track, name: string): void {
  if (!track.values.has(name)) track.values.set(name, new Array<number | null>(track.steps.length).fill(null))
}

function forgetFrom(track: Track, step: number): void {
  while (track.steps.length > 0 && track.steps.at(-1)! >= step) {
    for (const column of [track.steps, track.stages, track.seconds, ...track.values.values()]) column.pop()
  }
}

/** Names of the family (`reward/part/*`) or the one name that the pattern is, as recorded. */
export function metricNames(tracks: readonly Pick<Track, 'values'>[], pattern: string): string[] {
  const names = new Set(tracks.flatMap((track) => [...track.values.keys()]))
  if (!pattern.endsWith('*')) return names.has(pattern) ? [pattern] : []
  return [...names].filter((name) => name.startsWith(pattern.slice(0, -1)))
}

/** Values of a metric over the track's steps; nulls where it was never recorded. */
export function valuesOf(track: Pick<Track, 'steps' | 'values'>, name: string): readonly (number | null)[] {
  return track.values.get(name) ?? new Array<number | null>(track.steps.length).fill(null)
}
