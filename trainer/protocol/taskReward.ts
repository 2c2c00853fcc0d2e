import type { Reward } from './rollout.ts'

type Scores = Pick<Reward, 'total'> & { readonly parts: readonly Omit<Reward['parts'][number], 'why'>[] }

/** Name of the reward part that holds the KL penalty. */
export const KL_PART = 'kl'

/** Weighted sum of the parts without the KL penalty; null where the total is for another reason than it. */
export function taskReward({ total, parts }: Scores): number | null {
  const task = parts.filter(({ name }) => name !== KL_PART)
  if (task.length === parts.length) return total
  let sum = 0
  for (const { score, weight } of task) {
    if (weight === 0) continue
    if (score === null) return null
    sum += weight * score
  }
  return sum
}
