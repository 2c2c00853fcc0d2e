import { z } from 'zod'
import { NonNegative } from './numbers.ts'

/**
 * What an update made of a rollout's tokens (_T of its first segment): a line of `updates/step-….jsonl`, which a step has where its sampler and
 * its trainer disagree on any token.
 */
export const TokenUpdate = z.object({
  /** Of the rollout. */
  id: z.string().min(1),
  /** Probability of the token under the policy that the update began with ÷ under the one that sampled it; 1 where nothing is trained. */
  ratios: z.array(NonNegative),
  /** 1 = the clipped ratio cut this token's gradient. Absent where the loss clips nothing. */
  clipped: z.array(z.union([z.literal(0), z.literal(1)])).optional()
})
export type TokenUpdate = z.infer<typeof TokenUpdate>
