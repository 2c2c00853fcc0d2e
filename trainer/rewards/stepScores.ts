import type { Problem } from '../protocol/problem.ts'
import type { StepAggregate } from '../protocol/runFile.ts'

/** Says of each step of a completion how probably it is right. */
export interface StepScorer {
  /**
   * @param ends UTF-16 offsets in the completion at which its steps end, in order.
   * @returns a probability per step, in [0, 1].
   */
  score(problem: Pick<Problem, 'prompt' | 'messages'>, completion: string, ends: readonly number[]): Promise<readonly number[]>
}

/**
 * One number of the scores of a trace's steps, in [0, 1]; at least one score. Minimum as in Math-Shepherd (Wang et al. 2024),
 * product as in Lightman et al. 2023, the last as in outcome models.
 */
export function aggregateSteps(scores: readonly number[], how: StepAggregate): number {
  switch (how) {
    case 'min': return Math.min(...scores)
    case 'product': return scores.reduce((product, score) => product * score, 1)
    case 'mean': return scores.reduce((sum, score) => sum + score, 0) / scores.length
    case 'last': return scores.at(-1)!
  }
}

/** Where the steps of a trace end: the whole of it is one where it has none. */
export function stepEndsOf(completion: string, spans: readonly { readonly kind: string; readonly to: number }[]): number[] {
  const ends = spans.filter(({ kind }) => kind === 'step').map(({ to }) => to)
  return ends.length > 0 ? ends : [completion.length]
}
