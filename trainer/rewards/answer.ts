import { z } from 'zod'
import type { RewardFunction } from './reward.ts'

export const AnswerOptions = z.strictObject({
  partial: z.boolean().default(false).describe('Give the grader’s partial credit instead of 1 or 0.')
})

/** The grader's verdict: 1 right, 0 wrong; with `partial` the grader's score in [0, 1]. */
export function answerReward(options: z.infer<typeof AnswerOptions>): RewardFunction {
  return {
    name: 'answer',
    score: ({ verdict }) => ({ score: options.partial ? verdict.score : Number(verdict.correct), why: verdict.why })
  }
}
