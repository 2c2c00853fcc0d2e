import type { Environment } from '../environments/environment.ts'
import { LabError } from '../errors.ts'
import type { Problem } from '../protocol/problem.ts'
import type { RewardPart, Span } from '../protocol/rollout.ts'
import type { StepAggregate } from '../protocol/runFile.ts'
import { aggregateSteps, stepEndsOf } from '../rewards/stepScores.ts'
import type { StepScorer } from '../rewards/stepScores.ts'

/** Name of the reward part that holds the score by which samples are chosen; it weighs nothing. */
export const RERANK_PART = 'rerank'

/** What the step reward model says of a completion, as a part of its record; null where the model failed. */
export async function rerankPart(
  problem: Pick<Problem, 'prompt' | 'messages'>, text: string, spans: readonly Span[], scorer: StepScorer, aggregate: StepAggregate
): Promise<RewardPart> {
  const part = { name: RERANK_PART, weight: 0 }
  if (text === '') return { ...part, score: 0, why: 'the completion is empty' }
  try {
    const scores = await scorer.score(problem, text, stepEndsOf(text, spans))
    return { ...part, score: aggregateSteps(scores, aggregate), why: `${aggregate} over ${scores.length} steps` }
  } catch (error) {
    if (!LabError.is(error) || error.code === 'engine/no-reward-head') throw error
    return { ...part, score: null, why: error.message }
  }
}

/** A recorded answer as it counts in votes. */
export function votedAnswer(answer: string | null, environment: Environment | undefined): string | null {
  return answer === null ? null : (environment?.voteKey?.(answer) ?? answer)
}
