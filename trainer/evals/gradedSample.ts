import { LabError } from '../errors.ts'
import type { StepVerdict } from '../protocol/rollout.ts'
import { groupBy } from './grouping.ts'
import type { ProblemCount } from './passAtK.ts'

/** One graded completion of an evaluation. */
export interface GradedSample {
  readonly problemId: string
  /** null = not scorable: left out of every count. */
  readonly correct: boolean | null
  readonly tokens: number
  readonly truncated: boolean
  readonly steps: readonly Pick<StepVerdict, 'ok'>[]
}

/** Samples by problem, in the order in which the problems first appear. */
export function byProblem<S extends { readonly problemId: string }>(samples: readonly S[]): ReadonlyMap<string, readonly S[]> {
  return groupBy(samples, ({ problemId }) => problemId)
}

/** Right and scorable samples of each problem; problems without a scorable sample are left out. */
export function countByProblem(samples: readonly GradedSample[]): ReadonlyMap<string, ProblemCount> {
  const counts = new Map<string, ProblemCount>()
  for (const [problemId, group] of byProblem(samples)) {
    const verdicts = group.flatMap(({ correct }) => (correct === null ? [] : [correct]))
    if (verdicts.length > 0) counts.set(problemId, { samples: verdicts.length, right: verdicts.filter(Boolean).length })
  }
  return counts
}

export function nothingScorable(what: string): LabError {
  return new LabError('environment', 'evaluation/nothing-scorable', `${what}: no completion could be graded.`, {
    remedy: 'Look at the errors recorded with the rollouts; the grader or the engine failed on every one.'
  })
}
