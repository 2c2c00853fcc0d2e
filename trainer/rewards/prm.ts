import type { StepAggregate } from '../protocol/runFile.ts'
import type { RewardFunction } from './reward.ts'
import { aggregateSteps, stepEndsOf } from './stepScores.ts'
import type { StepScorer } from './stepScores.ts'

/** Scores of a step reward model, made one number in [0, 1]; an empty completion has none and scores 0. */
export function prmReward(scorer: StepScorer, aggregate: StepAggregate): RewardFunction {
  return {
    name: 'prm',
    score: async ({ problem, completion, rendering }) => {
      if (completion === '') return { score: 0, why: 'the completion is empty' }
      const scores = await scorer.score(problem, completion, stepEndsOf(completion, rendering.spans))
      const lowest = scores.reduce((worst, score, i) => (score < scores[worst]! ? i : worst), 0)
      return {
        score: aggregateSteps(scores, aggregate),
        why: `${aggregate} over ${scores.length} steps; lowest: step ${lowest + 1} with ${scores[lowest]!.toFixed(2)}`
      }
    }
  }
}
