import type { RunEvent } from '../../trainer/protocol/events.ts'
import type { MetricSeries } from '../../trainer/protocol/runViews.ts'

type Evaluation = Extract<RunEvent, { type: 'evaluation' }>

/** Everything that was read of one run so far. Arrays grow in place; `steps` is increasing and parallel to all others. */
export interface RunSeries {
  readonly steps: number[]
  readonly seconds: number[]
  readonly values: Map<string, (number | null)[]>
  readonly evaluations: Evaluation[]
  readonly warnings: Extract<RunEvent, { type: 'warning' }>[]
  secondsLeft: number | undefined
  /** Offsets of what comes next. */
  nextMetrics: number
  nextEvents: number
}

export function emptySeries(): RunSeries {
  return { steps: [], seconds: [], values: new Map(), evaluations: [], warnings: [], secondsLeft: undefined, nextMetrics: 0, nextEvents: 0 }
}

/** Adds what is new. A step that was done again replaces itself and all that came after it. */
export function appendMetrics(run: RunSeries, added: MetricSeries): void {
  run.nextMetrics = added.next
  for (const name of Object.keys(added.series)) {
    if (!run.values.has(name)) run.values.set(name, new Array<number | null>(run.steps.length).fill(null))
  }
  added.steps.forEach((step, i) => {
    forgetFrom(run, step)
    run.steps.push(step)
    run.seconds.push(added.seconds[i] ?? 0)
    for (const [name, values] of run.values) values.push(added.series[name]?.[i] ?? null)
  })
}

function forgetFrom(run: RunSeries, step: number): void {
  while (run.steps.length > 0 && run.steps.at(-1)! >= step) {
    run.steps.pop()
    run.seconds.pop()
    for (const values of run.values.values()) values.pop()
  }
}

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

/** Names of the family (`reward/part/*`) or the one name that the pattern is, as recorded. */
export function metricNames(runs: readonly RunSeries[], pattern: string): string[] {
  const names = new Set(runs.flatMap((run) => [...run.values.keys()]))
  if (!pattern.endsWith('*')) return names.has(pattern) ? [pattern] : []
  return [...names].filter((name) => name.startsWith(pattern.slice(0, -1)))
}

/** Values of a metric over the run's steps; nulls where it was never recorded. */
export function valuesOf(run: RunSeries, name: string): readonly (number | null)[] {
  return run.values.get(name) ?? new Array<number | null>(run.steps.length).fill(null)
}
