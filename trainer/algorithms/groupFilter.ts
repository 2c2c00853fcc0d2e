import type { AlgorithmOptions } from '../protocol/algorithmOptions.ts'
import type { GroupFilter } from '../protocol/runFile.ts'
import type { ScoredRollout } from './algorithm.ts'
import { isUniform } from './baselines.ts'

const GROUP_RELATIVE: ReadonlySet<string> = new Set(['grpo', 'rloo', 'lite-ppo', 'critique-grpo'])

/** Whether the algorithm measures a rollout against its group: where all rewards are equal, there is nothing to learn. */
export const isGroupRelative = (algorithm: AlgorithmOptions): boolean =>
  algorithm.name === 'reinforce' ? algorithm.baseline === 'group' || algorithm.baseline === 'leaveOneOut' : GROUP_RELATIVE.has(algorithm.name)

/** The filter as a stage with this algorithm applies it. */
export function filterFor(filter: GroupFilter, algorithm: AlgorithmOptions): Required<GroupFilter> {
  return { ...filter, dropZeroVariance: filter.dropZeroVariance ?? isGroupRelative(algorithm) }
}

/** Why a group was dropped; `dropped by reason` metrics count these. */
export type DropReason = 'notScorable' | 'allRight' | 'allWrong' | 'zeroVariance' | 'accuracyBand'

export interface GroupDecision {
  readonly kept: boolean
  /** Absent where kept. */
  readonly reason?: DropReason
  /** For people: the rule with the group's figures. */
  readonly why: string
  /** True = this rollout's tokens are masked out of the loss; its reward still counts in the group's statistics. */
  readonly masked_G: readonly boolean[]
}

/**
 * Decides on one group. Rules are tried in the order all right, all wrong, accuracy band, zero variance; the first that
 * drops names the reason. Right and wrong are counted over rollouts with a verdict, variance over those with a reward; a
 * group without any scorable rollout is dropped whatever the rules say.
 */
export function filterGroup(rollouts: readonly ScoredRollout[], filter: Required<GroupFilter>): GroupDecision {
  const dropped = reasonToDrop(rollouts, filter)
  const masked_G = rollouts.map((rollout) => filter.dropTruncated && rollout.truncated)
  if (dropped) return { kept: false, ...dropped, masked_G }
  const masked = masked_G.filter(Boolean).length
  return { kept: true, why: masked === 0 ? 'kept' : `kept; ${masked} of ${rollouts.length} masked as truncated`, masked_G }
}

function reasonToDrop(rollouts: readonly ScoredRollout[], filter: Required<GroupFilter>): { reason: DropReason; why: string } | undefined {
  const rewards = rollouts.flatMap(({ reward }) => (reward === null ? [] : [reward]))
  if (rewards.length === 0) return { reason: 'notScorable', why: `none of ${rollouts.length} rollouts could be scored` }
  return reasonByVerdicts(rollouts, filter) ?? reasonByVariance(rewards, filter)
}

function reasonByVerdicts(rollouts: readonly ScoredRollout[], filter: GroupFilter): { reason: DropReason; why: string } | undefined {
  const verdicts = rollouts.flatMap(({ correct }) => (correct === null ? [] : [correct]))
  const right = verdicts.filter(Boolean).length
  const of = verdicts.length
  if (of === 0) return undefined
  if (filter.dropAllRight && right === of) return { reason: 'allRight', why: `all ${of} right` }
  if (filter.dropAllWrong && right === 0) return { reason: 'allWrong', why: `all ${of} wrong` }
  const accuracy = right / of
  if (accuracy >= filter.accuracyLow && accuracy <= filter.accuracyHigh) return undefined
  return { reason: 'accuracyBand', why: `${right} of ${of} right, outside of [${filter.accuracyLow}, ${filter.accuracyHigh}]` }
}

function reasonByVariance(rewards: readonly number[], filter: Required<GroupFilter>): { reason: DropReason; why: string } | undefined {
  if (!filter.dropZeroVariance || !isUniform(rewards)) return undefined
  return { reason: 'zeroVariance', why: `all ${rewards.length} rewards equal ${rewards[0]}` }
}
