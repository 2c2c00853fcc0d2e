import type { ScoredGroup, ScoredRollout } from './algorithm.ts'
import type { Rewards_G } from './baselines.ts'

/** Rewards of each group; null for what is never trained on: not scorable, or in a group the filter dropped. */
export function rewardsOf(groups_P: readonly ScoredGroup[]): readonly Rewards_G[] {
  return groups_P.map((group) => group.rollouts.map((rollout) => (group.kept ? rollout.reward : null)))
}

/** Rewards of each group, of dropped ones as well: what the batch's spread is of, so that no filter changes it. */
export function sampledRewardsOf(groups_P: readonly ScoredGroup[]): readonly Rewards_G[] {
  return groups_P.map(({ rollouts }) => rollouts.map(({ reward }) => reward))
}

/** Verdicts for algorithms that split by right and wrong: null where reward or verdict is missing or the group was dropped. */
export function verdictsOf(group: ScoredGroup): readonly (boolean | null)[] {
  return group.rollouts.map((rollout) => (group.kept ? verdictOf(rollout) : null))
}

function verdictOf(rollout: ScoredRollout): boolean | null {
  return rollout.reward === null ? null : rollout.correct
}
