/** Baselines: what a reward is compared with. `null` rewards are not scorable: left out of every mean, null in the result. */

/** Per-rollout rewards of one problem (_G). */
export type Rewards_G = readonly (number | null)[]

/** One number per rollout; null = not trained on. */
export type Advantages_G = readonly (number | null)[]

export function scorable(rewards: Rewards_G): number[] {
  return rewards.filter((reward) => reward !== null)
}

/** The values are all the same number, so that no reward stands out: compared exactly, free of rounding. */
export function isUniform(values: readonly number[]): boolean {
  return values.every((value) => value === values[0])
}

/** Arithmetic mean; exact for equal values. 0 for an empty list, which no rollout ever reads. */
export function mean(values: readonly number[]): number {
  const first = values[0] ?? 0
  let offset = 0
  for (const value of values) offset += value - first
  return values.length === 0 ? 0 : first + offset / values.length
}

export function subtract(rewards: Rewards_G, baseline: number): Advantages_G {
  return rewards.map((reward) => (reward === null ? null : reward - baseline))
}

/** rᵢ − mean(r) over the scorable rollouts of the group; exactly 0 in a uniform group. */
export function centred(rewards: Rewards_G): Advantages_G {
  return subtract(rewards, mean(scorable(rewards)))
}

/**
 * rᵢ − mean of the other scorable rollouts = k/(k−1)·(rᵢ − mean(r)). A lone rollout has nothing to be compared with: 0.
 */
export function leaveOneOut(rewards: Rewards_G): Advantages_G {
  const k = scorable(rewards).length
  const factor = k > 1 ? k / (k - 1) : 0
  return centred(rewards).map((advantage) => (advantage === null ? null : factor * advantage))
}
