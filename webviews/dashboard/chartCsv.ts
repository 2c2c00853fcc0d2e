import { toCsv } from '../charts/csv.ts'
import { unionOfSteps } from '../charts/steps.ts'
import { lineKinds } from './chartLines.ts'
import type { ChartSpec } from './chartList.ts'
import type { DrawnRun } from './curves.ts'
import type { WatchedRun } from './liveRuns.ts'
import { valuesOf } from './tracks.ts'
import { stageAt } from './trackSeries.ts'

type Cell = string | number | null

/** All lines of a chart as recorded (never smoothed, never averaged): a row per run and step of the stages that are drawn. */
export function chartCsv(spec: ChartSpec, runs: readonly DrawnRun[]): string {
  const kinds = lineKinds(spec, runs.map((run) => run.series))
  const header = kinds.flatMap(({ name, sparse }) => (sparse ? [name, `${name}, low`, `${name}, high`] : [name]))
  return toCsv(['run', 'seed', 'stage', 'step', ...header], runs.flatMap((run) => rowsOf(run, kinds)))
}

function rowsOf({ card, series }: DrawnRun, kinds: ReturnType<typeof lineKinds>): Cell[][] {
  const taken = kinds.map((kind) => kind.take(series))
  const columns = taken.flatMap((values, i) => (kinds[i]!.sparse ? [values.y, values.low ?? [], values.high ?? []].map((y) => ({ x: values.x, y })) : [values]))
  const places = columns.map(({ x }) => new Map(x.map((step, i) => [step, i])))
  return unionOfSteps(taken).map((step) => [card.runId, card.seed, stageAt(series, step), step, ...columns.map(({ y }, i) => y[places[i]!.get(step) ?? -1] ?? null)])
}

/** Everything that the runs recorded: a row per run, stage and step, a column per metric. */
export function runsCsv(runs: readonly Pick<WatchedRun, 'card' | 'series'>[]): string {
  const tracks = runs.flatMap(({ card, series }) => [...series.tracks.values()].map((track) => ({ card, track })))
  const names = [...new Set(tracks.flatMap(({ track }) => [...track.values.keys()]))].sort()
  const rows = tracks.flatMap(({ card, track }) => {
    const columns = names.map((name) => valuesOf(track, name))
    return track.steps.map((step, i): Cell[] => [card.runId, card.seed, track.stages[i] ?? '', step, track.seconds[i] ?? null, ...columns.map((values) => values[i] ?? null)])
  })
  return toCsv(['run', 'seed', 'stage', 'step', 'seconds', ...names], rows)
}
