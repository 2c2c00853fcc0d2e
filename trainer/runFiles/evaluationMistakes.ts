import { Evaluation } from '../protocol/runFile.ts'
import type { ResolvedRun } from '../protocol/runFile.ts'
import { dotted } from './explainIssues.ts'
import type { Places } from './explainIssues.ts'
import type { Mistake } from './runFileError.ts'

const DEFAULT_K = Evaluation.parse({}).k.join()

/**
 * A k that the samples cannot estimate. The default ones are never a mistake, also where a run file says them: files made of
 * a recorded run do.
 */
export function evaluationMistakes({ evaluation: { k, samples } }: ResolvedRun, places: Places): Mistake[] {
  if (k.join() === DEFAULT_K) return []
  return k.flatMap((value, i) => {
    if (value <= samples) return []
    const path = ['evaluation', 'k', i]
    const message = `"${dotted(path)}" is ${value}, and pass@${value} cannot be estimated from ${samples} samples of each problem;`
    return [{ code: 'runFile/wrong-value', place: places.place(path), message, remedy: `raise "evaluation.samples" to ${value} or more, or keep k up to ${samples}` }]
  })
}

/** The run with those of the default k that its samples can estimate. */
export const withEstimableK = (run: ResolvedRun): ResolvedRun =>
  ({ ...run, evaluation: { ...run.evaluation, k: run.evaluation.k.filter((value) => value <= run.evaluation.samples) } })
