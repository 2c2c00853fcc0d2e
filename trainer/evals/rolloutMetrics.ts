import type { Rollout } from '../protocol/rollout.ts'
import { taskReward } from '../protocol/taskReward.ts'
import { completionLength, written_T } from '../protocol/toolTokens.ts'
import { quantile } from './bootstrap.ts'
import { groupBy } from './grouping.ts'
import { meanOf, shareOf } from './means.ts'

/**
 * What a step's rollouts say by themselves, refinements apart, by the names of METRIC_DEFINITIONS; NaN where nothing was there to count, for
 * the caller to leave out.
 */
export function rolloutMetrics(all: readonly Rollout[], droppedGroups: Readonly<Record<string, number>>): Record<string, number> {
  const refinements = all.filter(isRefinement)
  const rollouts = all.filter((rollout) => !isRefinement(rollout))
  return {
    ...rewardMetrics(rollouts),
    ...groupMetrics(rollouts, droppedGroups),
    ...lengthMetrics('length', rollouts),
    ...lengthMetrics('length/right', rollouts.filter(({ correct }) => correct === true)),
    ...lengthMetrics('length/wrong', rollouts.filter(({ correct }) => correct === false)),
    'length/truncated': shareOf(rollouts, ({ segments }) => segments[0]?.stopReason === 'length'),
    'policy/entropy': meanOf(rollouts.flatMap(({ segments }) => segments.slice(0, 1)).flatMap((segment) => written_T(segment, segment.entropies))),
    'steps/truth': shareOf(rollouts.flatMap(({ steps }) => steps).filter(({ ok }) => ok !== null), ({ ok }) => ok === true),
    ...(refinements.length > 0 && {
      'refinements/total': refinements.length,
      'refinements/right': shareOf(refinements.filter(({ correct }) => correct !== null), ({ correct }) => correct === true)
    })
  }
}

/** Sampled after a critique of another rollout: it says nothing of what the policy does by itself. */
const isRefinement = ({ segments }: Rollout): boolean => segments[0]?.source === 'refine'

function rewardMetrics(rollouts: readonly Rollout[]): Record<string, number> {
  const totals = rollouts.flatMap(({ reward }) => (reward.total === null ? [] : [reward.total]))
  return {
    'reward/mean': meanOf(totals),
    'reward/std': spreadOf(totals),
    'reward/standardError': standardError(rollouts),
    ...partMeans(rollouts),
    'train/passAt1': shareOf(rollouts.filter(({ correct }) => correct !== null), ({ correct }) => correct === true),
    'rollouts/total': rollouts.length,
    'rollouts/notScorable': rollouts.length - totals.length
  }
}

/** Sample standard deviation; NaN for fewer than two values. */
function spreadOf(values: readonly number[]): number {
  const mean = meanOf(values)
  return values.length < 2 ? NaN : Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))
}

/** Rollouts of one problem are alike, so that groups are what varies independently. */
function standardError(rollouts: readonly Rollout[]): number {
  const groups = [...groupBy(rollouts.filter(({ reward }) => reward.total !== null), ({ group }) => group).values()]
  return spreadOf(groups.map((group) => meanOf(group.map(({ reward }) => reward.total!)))) / Math.sqrt(groups.length)
}

function partMeans(rollouts: readonly Rollout[]): Record<string, number> {
  const parts = rollouts.flatMap(({ reward }) => reward.parts.flatMap(({ name, score }) => (score === null ? [] : [{ name, score }])))
  const byName = [...groupBy(parts, ({ name }) => name)]
  return Object.fromEntries(byName.map(([name, scored]) => [`reward/part/${name}`, meanOf(scored.map(({ score }) => score))]))
}

function groupMetrics(rollouts: readonly Rollout[], droppedGroups: Readonly<Record<string, number>>): Record<string, number> {
  const groups = [...groupBy(rollouts, ({ group }) => group).values()]
  const dropped = Object.values(droppedGroups).reduce((sum, count) => sum + count, 0)
  const scored = groups.map((group) => group.filter(({ reward }) => reward.total !== null)).filter((group) => group.length > 0)
  return {
    'groups/total': groups.length,
    'groups/kept': (groups.length - dropped) / groups.length,
    ...Object.fromEntries(Object.entries(droppedGroups).map(([reason, count]) => [`groups/dropped/${reason}`, count])),
    'groups/zeroVariance': shareOf(scored, (group) => new Set(group.map(({ reward }) => taskReward(reward))).size === 1),
    'groups/allRight': shareOf(scored, (group) => accuracy(group) === 1),
    'groups/allWrong': shareOf(scored, (group) => accuracy(group) === 0),
    'groups/sweetSpot': shareOf(scored, (group) => accuracy(group) >= 0.3 && accuracy(group) <= 0.7)
  }
}

function accuracy(group: readonly Rollout[]): number {
  return shareOf(group.filter(({ correct }) => correct !== null), ({ correct }) => correct === true)
}

function lengthMetrics(name: string, rollouts: readonly Rollout[]): Record<string, number> {
  const lengths = rollouts.map(completionLength).sort((a, b) => a - b)
  if (lengths.length === 0) return {}
  return { [`${name}/mean`]: meanOf(lengths), [`${name}/median`]: quantile(lengths, 0.5), [`${name}/p95`]: quantile(lengths, 0.95) }
}
