import type { GroupAttempt } from '../../../trainer/protocol/rolloutViews.ts'
import type { Rollout } from '../../../trainer/protocol/rollout.ts'

/** Mean advantage over the tokens that are trained on; null where the group was not weighed. */
export function advantageOf(rollout: Rollout): number | null {
  let sum = 0
  let count = 0
  for (const { advantages, mask } of rollout.segments) {
    advantages?.forEach((value, token) => {
      if (mask[token] === 0) return
      sum += value
      count++
    })
  }
  return count === 0 ? null : sum / count
}

export interface GroupNumbers {
  readonly right: number
  readonly graded: number
  readonly meanReward: number | null
  /** Of the population: divided by the number of scored attempts. */
  readonly deviation: number | null
  /** What equal rewards mean; undefined where they are not equal. */
  readonly equalRewards: string | undefined
  readonly largestReward: number
  readonly largestAdvantage: number
  readonly longest: number
}

export function groupNumbers(attempts: readonly GroupAttempt[]): GroupNumbers {
  const rewards = attempts.map(({ reward }) => reward).filter((total) => total !== null)
  const graded = attempts.filter(({ correct }) => correct !== null)
  const meanReward = rewards.length === 0 ? null : rewards.reduce((sum, value) => sum + value, 0) / rewards.length
  const deviation = meanReward === null ? null : Math.sqrt(rewards.reduce((sum, value) => sum + (value - meanReward) ** 2, 0) / rewards.length)
  return {
    right: graded.filter(({ correct }) => correct).length,
    graded: graded.length,
    meanReward,
    deviation,
    equalRewards: rewards.length > 1 && rewards.every((value) => value === rewards[0]) ? equalRewardsText(attempts) : undefined,
    largestReward: largest(rewards),
    largestAdvantage: largest(attempts.map(({ advantage }) => advantage)),
    longest: largest(attempts.map(({ completionTokens }) => completionTokens))
  }
}

/** Not every algorithm weighs attempts against their group, and not every attempt is trained on. */
function equalRewardsText(attempts: readonly GroupAttempt[]): string {
  const train = attempts.every(({ kind }) => kind === 'train')
  if (train && attempts.every(({ kept }) => kept === false)) return 'All rewards are equal: this group was dropped and teaches nothing.'
  if (train && attempts.every(({ advantage }) => advantage === 0)) return 'All rewards are equal, so every advantage is 0: this group teaches nothing.'
  return 'All rewards are equal.'
}

const largest = (values: readonly (number | null)[]) => values.reduce<number>((most, value) => Math.max(most, Math.abs(value ?? 0)), 0)
