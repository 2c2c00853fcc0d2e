import type { Estimate } from '../../trainer/protocol/numbers.ts'
import type { EvaluationResult } from '../../trainer/protocol/summary.ts'
import type { StepSeries } from './seedMean.ts'
import type { TrackSeries } from './trackSeries.ts'

export type EvaluationFigure = 'passAt1' | 'passAtK' | 'stepTruth'

/** Sets of problems, and values of k for pass@k, that some run was evaluated on; `heldOut` first. */
export function evaluationNames(runs: readonly TrackSeries[], figure: EvaluationFigure): { readonly set: string; readonly k?: string }[] {
  const found = new Map<string, { set: string; k?: string }>()
  for (const { name, result } of runs.flatMap((run) => run.evaluations)) {
    if (figure === 'passAtK') Object.keys(result.passAtK).forEach((k) => found.set(`${name} ${k}`, { set: name, k }))
    else if (figureOf(result, figure)) found.set(name, { set: name })
  }
  const order = (set: string) => (set === 'heldOut' ? 0 : 1)
  return [...found.values()].sort((a, b) => order(a.set) - order(b.set) || a.set.localeCompare(b.set) || Number(a.k) - Number(b.k))
}

/** One figure over the steps at which it was evaluated, with its interval. */
export function evaluationSeries(run: TrackSeries, figure: EvaluationFigure, set: string, k?: string): StepSeries {
  const points = run.evaluations.flatMap(({ name, step, result }) => {
    const estimate = name === set ? figureOf(result, figure, k) : undefined
    return estimate ? [{ step, estimate }] : []
  })
  return {
    x: points.map((point) => point.step),
    y: points.map((point) => point.estimate.value),
    low: points.map((point) => point.estimate.low),
    high: points.map((point) => point.estimate.high)
  }
}

function figureOf(result: EvaluationResult, figure: EvaluationFigure, k?: string): Estimate | undefined {
  return figure === 'passAtK' ? result.passAtK[k ?? '1'] : result[figure]
}
