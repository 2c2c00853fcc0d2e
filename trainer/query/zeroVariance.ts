import type { ReadRollout } from './narrowRollout.ts'

/** By id: whether all scored rewards of the rollout's group are equal, a KL penalty apart; nothing for groups without a score. */
export function zeroVarianceOf(rollouts: readonly ReadRollout[]): Map<string, boolean> {
  const ranges = new Map<string, { least: number; most: number }>()
  const keyOf = ({ attempt, group }: ReadRollout): string => `${attempt} ${group}`
  for (const rollout of rollouts) {
    if (rollout.taskReward === null) continue
    const range = ranges.get(keyOf(rollout))
    ranges.set(keyOf(rollout), { least: Math.min(range?.least ?? Infinity, rollout.taskReward), most: Math.max(range?.most ?? -Infinity, rollout.taskReward) })
  }
  return new Map(rollouts.flatMap((rollout) => {
    const range = ranges.get(keyOf(rollout))
    return range === undefined ? [] : [[rollout.id, range.least === range.most]]
  }))
}
