import type { ChartLine, StepRange } from '../charts/chartData.ts'
import { visibleLine } from '../protocol/visibleText.ts'
import { chartLines, lineKinds } from './chartLines.ts'
import { CHARTS } from './chartList.ts'
import type { ChartSpec } from './chartList.ts'
import { curveLabel, curvesOf } from './curves.ts'
import type { Curve, DrawnRun } from './curves.ts'
import type { WatchedRun } from './liveRuns.ts'
import { RL_TRACK } from './tracks.ts'
import { stageAt, trackSeries } from './trackSeries.ts'
import type { ViewState } from './viewState.ts'

/** Stages that can be drawn on one axis: see Track. */
export interface TrackChoice {
  readonly key: string
  /** Names of the stages, "easy + hard". */
  readonly name: string
}

/** Everything that is drawn, worked out once per change of the data or of the view's state. */
export interface DashboardModel {
  /** Runs whose curves are shown. */
  readonly shown: readonly WatchedRun[]
  /** What they have recorded something of. */
  readonly tracks: readonly TrackChoice[]
  /** Key of the one that is drawn. */
  readonly track: string
  /** Runs that have recorded something of it. */
  readonly drawn: readonly DrawnRun[]
  readonly curves: readonly Curve[]
  /** First and last step there is. */
  readonly domain: { readonly from: number; readonly to: number }
  /** Charts that these runs have something for. */
  readonly recorded: readonly ChartSpec[]
}

export function modelOf(runs: readonly WatchedRun[], state: Pick<ViewState, 'hiddenRuns' | 'joinSeeds' | 'track'>): DashboardModel {
  const shown = runs.filter((run) => !state.hiddenRuns.includes(run.card.directory))
  const tracks = tracksOf(shown)
  const track = chosenTrack(tracks, state.track)
  const curves = curvesOf(runs, state.joinSeeds).flatMap((curve) => {
    const members = curve.runs.filter((run) => shown.includes(run)).flatMap(({ card, series }) => {
      const drawn = trackSeries(series, track)
      return drawn ? [{ card, series: drawn }] : []
    })
    return members.length === 0 ? [] : [{ ...curve, runs: members, label: curveLabel(members, runs) }]
  })
  const drawn = curves.flatMap((curve) => curve.runs)
  const series = drawn.map((run) => run.series)
  return { shown, tracks, track, drawn, curves, domain: domainOf(drawn), recorded: CHARTS.filter((spec) => lineKinds(spec, series).length > 0) }
}

function tracksOf(runs: readonly WatchedRun[]): TrackChoice[] {
  const names = new Map<string, Set<string>>()
  for (const { series } of runs) {
    for (const [key, track] of series.tracks) {
      if (trackSeries(series, key)) names.set(key, new Set([...(names.get(key) ?? []), ...track.names]))
    }
  }
  return [...names].map(([key, own]) => ({ key, name: visibleLine([...own].join(' + '), 60) }))
}

/** Reinforcement learning from when it has begun, else the last stage, unless another was chosen. */
function chosenTrack(tracks: readonly TrackChoice[], chosen: string | null): string {
  const has = (key: string | null) => tracks.some((track) => track.key === key)
  return chosen !== null && has(chosen) ? chosen : has(RL_TRACK) ? RL_TRACK : (tracks.at(-1)?.key ?? RL_TRACK)
}

function domainOf(runs: readonly DrawnRun[]): DashboardModel['domain'] {
  const ends = runs.flatMap(({ series: { steps, evaluations } }) => [steps[0], steps.at(-1), evaluations[0]?.step, evaluations.at(-1)?.step])
  const known = ends.filter((step) => step !== undefined)
  if (known.length === 0) return { from: 0, to: 1 }
  const [from, to] = [Math.min(...known), Math.max(...known)]
  return { from, to: to > from ? to : from + 1 }
}

/** A zoom is of the steps of one track: where the next stage begins and is drawn instead, it is all of it. */
export const zoomAfter = (zoom: StepRange, before: DashboardModel, after: DashboardModel): StepRange => (before.tracks.length > 0 && before.track !== after.track ? null : zoom)

/** "step 31", with the stage where the shown runs have several. */
export function stepWords({ drawn, tracks }: DashboardModel, step: number): string {
  const several = tracks.length > 1 || drawn.some(({ series }) => series.names.length > 1)
  const stages = several ? new Set(drawn.map(({ series }) => stageAt(series, step))) : new Set<string>()
  return stages.size === 1 ? `step ${step} of ${visibleLine([...stages][0]!, 60)}` : `step ${step}`
}

export function linesFor(spec: ChartSpec, model: DashboardModel, choices: ViewState['choices']): readonly ChartLine[] {
  return chartLines(spec, model.curves, choices[spec.id])
}

/** Lines that a chart could show where it has room for one per curve only. */
export function choicesFor(spec: ChartSpec, model: DashboardModel): string[] {
  return model.curves.length < 2 ? [] : lineKinds(spec, model.drawn.map((run) => run.series)).map((kind) => kind.name)
}

/** The chart on which a metric is drawn. */
export function chartOf(metric: string): ChartSpec | undefined {
  const draws = (name: string) => (name.endsWith('*') ? metric.startsWith(name.slice(0, -1)) : name === metric)
  return CHARTS.find((spec) => spec.lines.some((line) => line.from === 'metric' && draws(line.name)))
}
