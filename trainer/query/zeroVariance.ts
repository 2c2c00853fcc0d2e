import type { NarrowRollout } from './narrowRollout.ts'

/** By id: whether all scored rewards of the rollout's group are equal; nothing for groups without a score. */
export function zeroVarianceOf(rollouts: readonly NarrowRollout[]): Map<string, boolean> {
  const ranges = new Map<string, { least: number; most: number }>()
  const keyOf = ({ attempt, group }: NarrowRollout): string => `${attempt} ${group}`
  for (const rollout of rollouts) {
    if (rollout.reward === null) continue
    const range = ranges.get(keyOf(rollout))
    ranges.set(keyOf(rollout), { least: Math.min(range?.least ?? Infinity, rollout.reward), most: Math.max(range?.most ?? -Infinity, rollout.reward) })
  }
  return new Map(rollouts.flatMap((rollout) => {
    const range = ranges.get(keyOf(rollout))
    return range === undefined ? [] : [[rollout.id, range.least === range.most]]
  }))
}
