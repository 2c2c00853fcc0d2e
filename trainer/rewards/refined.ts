import { z } from 'zod'
import type { RewardFunction } from './reward.ts'

export const RefinedOptions = z.strictObject({})

/** Whether the refinement that came of a critique is right: what makes a critique helpful (Critique-RL's second stage). */
export function refinedReward(): RewardFunction {
  return {
    name: 'refined',
    score: ({ refined }) =>
      refined
        ? { score: Number(refined.correct), why: `After this critique: ${refined.why}` }
        : { score: null, why: 'No refinement was sampled: take the rollout strategy “critic”.' }
  }
}
