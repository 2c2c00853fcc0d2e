import type { ChartLine } from '../charts/chartData.ts'
import { chartLines, lineKinds } from './chartLines.ts'
import { CHARTS } from './chartList.ts'
import type { ChartSpec } from './chartList.ts'
import { curvesOf } from './curves.ts'
import type { Curve } from './curves.ts'
import type { WatchedRun } from './liveRuns.ts'
import type { ViewState } from './viewState.ts'

/** Everything that is drawn, worked out once per change of the data or of the view's state. */
export interface DashboardModel {
  /** Runs whose curves are shown. */
  readonly shown: readonly WatchedRun[]
  readonly curves: readonly Curve[]
  /** First and last step there is. */
  readonly domain: { readonly from: number; readonly to: number }
  /** Charts that these runs have something for. */
  readonly recorded: readonly ChartSpec[]
}

export function modelOf(runs: readonly WatchedRun[], state: Pick<ViewState, 'hiddenRuns' | 'joinSeeds'>): DashboardModel {
  const all = curvesOf(runs, state.joinSeeds)
  const shown = runs.filter((run) => !state.hiddenRuns.includes(run.card.directory))
  const curves = all.flatMap((curve) => {
    const members = curve.runs.filter((run) => shown.includes(run as WatchedRun))
    return members.length === 0 ? [] : [{ ...curve, runs: members }]
  })
  const series = shown.map((run) => run.series)
  return { shown, curves, domain: domainOf(shown), recorded: CHARTS.filter((spec) => lineKinds(spec, series).length > 0) }
}

function domainOf(runs: readonly WatchedRun[]): DashboardModel['domain'] {
  const ends = runs.flatMap(({ series: { steps, evaluations } }) => [steps[0], steps.at(-1), evaluations[0]?.step, evaluations.at(-1)?.step])
  const known = ends.filter((step) => step !== undefined)
  if (known.length === 0) return { from: 0, to: 1 }
  const [from, to] = [Math.min(...known), Math.max(...known)]
  return { from, to: to > from ? to : from + 1 }
}

export function linesFor(spec: ChartSpec, model: DashboardModel, choices: ViewState['choices']): readonly ChartLine[] {
  return chartLines(spec, model.curves, choices[spec.id])
}

/** Lines that a chart could show where it has room for one per curve only. */
export function choicesFor(spec: ChartSpec, model: DashboardModel): string[] {
  return model.curves.length < 2 ? [] : lineKinds(spec, model.shown.map((run) => run.series)).map((kind) => kind.name)
}

/** The chart on which a metric is drawn. */
export function chartOf(metric: string): ChartSpec | undefined {
  const draws = (name: string) => (name.endsWith('*') ? metric.startsWith(name.slice(0, -1)) : name === metric)
  return CHARTS.find((spec) => spec.lines.some((line) => line.from === 'metric' && draws(line.name)))
}
