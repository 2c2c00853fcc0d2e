import { z } from 'zod'
import type { RewardFunction } from './reward.ts'

export const FormatOptions = z.strictObject({})

/** 1 where the completion has the format asked for, 0 elsewhere. */
export function formatReward(): RewardFunction {
  return {
    name: 'format',
    score: ({ rendering }) => ({ score: Number(rendering.wellFormed), why: rendering.why })
  }
}
