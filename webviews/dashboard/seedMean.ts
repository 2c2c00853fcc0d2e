import { overSeeds } from '../../trainer/evals/meanOverSeeds.ts'
import { boundsOf } from '../charts/intervals.ts'
import { alignTo, unionOfSteps } from '../charts/steps.ts'

/** Values over steps of one run, or of several as their mean. */
export interface StepSeries {
  readonly x: readonly number[]
  readonly y: readonly (number | null)[]
  readonly low?: readonly (number | null)[]
  readonly high?: readonly (number | null)[]
  readonly count?: readonly number[]
}

/**
 * Mean over runs that differ in their seed, step by step over those that have a value there (`count`), with Student's 95 %
 * interval; a step that one run alone has gets no interval.
 */
export function meanOfSeries(each: readonly StepSeries[]): StepSeries {
  const x = unionOfSteps(each)
  const aligned = each.map((series) => alignTo(x, series.x, series.y))
  const means = x.map((_, i) => overSeeds(aligned.flatMap((values) => values[i] ?? [])))
  const y = means.map((value) => value?.mean ?? null)
  const count = x.map((_, i) => aligned.filter((values) => (values[i] ?? null) !== null).length)
  return { x, y, count, ...boundsOf(y, means.map((value) => value?.half ?? null)) }
}
