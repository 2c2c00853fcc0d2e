import { z } from 'zod'
import type { RewardFunction } from './reward.ts'

export const ShuffledOptions = z.strictObject({})

/**
 * Control: the verdict of another rollout of the batch, so that rewards keep their distribution and lose their meaning.
 * What improves under it was not learned from the verdicts.
 */
export function shuffledReward(): RewardFunction {
  return {
    name: 'shuffled',
    score: ({ other }) =>
      other ? { score: Number(other.correct), why: `of another rollout: ${other.why}` } : { score: null, why: 'no other rollout to take a verdict from' }
  }
}
