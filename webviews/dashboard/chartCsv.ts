import { toCsv } from '../charts/csv.ts'
import { unionOfSteps } from '../charts/steps.ts'
import { lineKinds } from './chartLines.ts'
import type { ChartSpec } from './chartList.ts'
import type { ShownRun } from './curves.ts'
import { valuesOf } from './runSeries.ts'

/** All lines of a chart as recorded (never smoothed, never averaged): a row per run and step. */
export function chartCsv(spec: ChartSpec, runs: readonly ShownRun[]): string {
  const kinds = lineKinds(spec, runs.map((run) => run.series))
  const header = kinds.flatMap(({ name, sparse }) => (sparse ? [name, `${name}, low`, `${name}, high`] : [name]))
  return toCsv(['run', 'seed', 'step', ...header], runs.flatMap((run) => rowsOf(run, kinds)))
}

function rowsOf({ card, series }: ShownRun, kinds: ReturnType<typeof lineKinds>): (string | number | null)[][] {
  const taken = kinds.map((kind) => kind.take(series))
  const columns = taken.flatMap((values, i) => (kinds[i]!.sparse ? [values.y, values.low ?? [], values.high ?? []].map((y) => ({ x: values.x, y })) : [values]))
  const places = columns.map(({ x }) => new Map(x.map((step, i) => [step, i])))
  return unionOfSteps(taken).map((step) => [card.runId, card.seed, step, ...columns.map(({ y }, i) => y[places[i]!.get(step) ?? -1] ?? null)])
}

/** Everything that the runs recorded: a row per run and step, a column per metric. */
export function runsCsv(runs: readonly ShownRun[]): string {
  const names = [...new Set(runs.flatMap((run) => [...run.series.values.keys()]))].sort()
  const rows = runs.flatMap(({ card, series }) => {
    const columns = names.map((name) => valuesOf(series, name))
    return series.steps.map((step, i) => [card.runId, card.seed, step, series.seconds[i] ?? null, ...columns.map((values) => values[i] ?? null)])
  })
  return toCsv(['run', 'seed', 'step', 'seconds', ...names], rows)
}
