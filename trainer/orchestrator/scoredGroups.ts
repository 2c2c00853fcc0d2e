import type { ScoredGroup, ScoredRollout } from '../algorithms/algorithm.ts'
import { filterGroup } from '../algorithms/groupFilter.ts'
import type { GroupDecision } from '../algorithms/groupFilter.ts'
import type { Reward, Rollout } from '../protocol/rollout.ts'
import type { StagePlan } from './runPlan.ts'

/** Name of the reward part that holds the KL penalty. */
export const KL_PART = 'kl'

/** What an algorithm sees of a recorded rollout. */
export function scoredRollout(row: Rollout): ScoredRollout {
  const last = row.segments.at(-1)!
  return {
    reward: row.reward.total,
    correct: row.correct,
    tokens: row.segments.reduce((sum, segment) => sum + segment.tokens.length, 0),
    truncated: last.stopReason === 'length',
    steps: row.steps.flatMap(({ to, ok }) => (ok === null ? [] : [{ endToken: tokenAt(last.tokenEnds, to), score: ok ? 1 : 0 }]))
  }
}

/** The token that holds the last character before this UTF-16 offset. */
function tokenAt(tokenEnds: readonly number[], to: number): number {
  const index = tokenEnds.findIndex((end) => end >= to)
  return index < 0 ? Math.max(0, tokenEnds.length - 1) : index
}

/** Decides on the task's own reward: a KL penalty would make every group's rewards differ. */
export function decideGroup(rows: readonly Rollout[], stage: StagePlan): GroupDecision {
  return filterGroup(rows.map((row) => ({ ...scoredRollout(row), reward: taskReward(row.reward) })), stage.filter)
}

/** Weighted sum of the parts without the KL penalty; null where the total is for another reason than it. */
export function taskReward({ total, parts }: Reward): number | null {
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

export function scoredGroups(groups: readonly (readonly Rollout[])[], decisions: readonly GroupDecision[]): ScoredGroup[] {
  return groups.map((rows, g) => ({ kept: decisions[g]!.kept, rollouts: rows.map(scoredRollout) }))
}

/** Number of dropped groups by reason. */
export function droppedByReason(decisions: readonly GroupDecision[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { reason } of decisions) if (reason) counts[reason] = (counts[reason] ?? 0) + 1
  return counts
}
