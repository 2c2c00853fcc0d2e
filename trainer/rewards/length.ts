import { z } from 'zod'
import { Positive, PositiveCount } from '../protocol/numbers.ts'
import type { PartScore, RewardFunction } from './reward.ts'

export const LengthOptions = z.strictObject({
  budget: PositiveCount.optional().describe('Tokens at which the punishment is full; default: the token limit of sampling.'),
  slope: Positive.optional().describe('Tokens before the budget over which the punishment grows; default: a fifth of the budget.')
})

/**
 * Soft overlong punishment (Yu et al. 2025, "DAPO", eq. 13), in [−1, 0], with n tokens, budget B and slope S:
 *
 *   0 for n ≤ B − S,   ((B − S) − n) / S for B − S < n ≤ B,   −1 for n > B
 */
export function lengthReward(options: z.infer<typeof LengthOptions>): RewardFunction {
  return {
    name: 'length',
    score: ({ tokens, maxTokens }) => {
      const budget = options.budget ?? maxTokens
      return overlongPunishment(tokens, budget, options.slope ?? budget / 5)
    }
  }
}

function overlongPunishment(tokens: number, budget: number, slope: number): PartScore {
  const free = budget - slope
  const over = Math.min(Math.max(tokens - free, 0), slope)
  return { score: over === 0 ? 0 : -over / slope, why: `${tokens} tokens; free up to ${free}, full punishment from ${budget}` }
}
