import type { ScoredGroup, ScoredRollout } from '../algorithms/algorithm.ts'
import { filterGroup } from '../algorithms/groupFilter.ts'
import type { GroupDecision } from '../algorithms/groupFilter.ts'
import type { Rollout } from '../protocol/rollout.ts'
import { taskReward } from '../protocol/taskReward.ts'
import type { StagePlan } from './runPlan.ts'

/** A rollout that tries again after a critique: sampled under a prompt with the critique, trained under the plain one. */
export const isRefinement = ({ segments }: Rollout): boolean => segments[0]!.source === 'refine'

/** What an algorithm sees of a recorded rollout. */
export function scoredRollout(row: Rollout): ScoredRollout {
  const graded = row.segments[0]!
  return {
    reward: row.reward.total,
    correct: row.correct,
    tokens: graded.tokens.length,
    truncated: graded.stopReason === 'length',
    steps: row.steps.flatMap(({ to, ok }) => (ok === null ? [] : [{ endToken: tokenAt(graded.tokenEnds, to), score: ok ? 1 : 0 }])),
    ...(isRefinement(row) && { refined: true as const })
  }
}

/** The token that holds the last character before this UTF-16 offset. */
function tokenAt(tokenEnds: readonly number[], to: number): number {
  const index = tokenEnds.findIndex((end) => end >= to)
  return index < 0 ? Math.max(0, tokenEnds.length - 1) : index
}

/**
 * Decides on the task's own reward: a KL penalty would make every group's rewards differ. Refinements that join the group count
 * as its rollouts do.
 */
export function decideGroup(rows: readonly Rollout[], stage: StagePlan): GroupDecision {
  return filterGroup(scoredGroup(rows, stage).map((scored, i) => ({ ...scored, reward: scored.reward === null ? null : taskReward(rows[i]!.reward) })), stage.filter)
}

/** The group as its algorithm sees it: refinements beyond those to keep, right ones first, are taken for not scorable. */
function scoredGroup(rows: readonly Rollout[], { rollouts }: StagePlan): ScoredRollout[] {
  const refinements = rows.filter(isRefinement).sort((a, b) => Number(b.correct) - Number(a.correct))
  const spare = new Set(refinements.slice(rollouts.strategy === 'critiqueRefine' ? rollouts.keep : 0))
  return rows.map((row) => (spare.has(row) ? { ...scoredRollout(row), reward: null, correct: null } : scoredRollout(row)))
}

export function scoredGroups(groups: readonly (readonly Rollout[])[], decisions: readonly GroupDecision[], stage: StagePlan): ScoredGroup[] {
  return groups.map((rows, g) => ({ kept: decisions[g]!.kept, rollouts: scoredGroup(rows, stage) }))
}

/** Number of dropped groups by reason. */
export function droppedByReason(decisions: readonly GroupDecision[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { reason } of decisions) if (reason) counts[reason] = (counts[reason] ?? 0) + 1
  return counts
}
