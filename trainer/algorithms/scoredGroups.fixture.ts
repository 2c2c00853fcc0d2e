import fc from 'fast-check'
import type { ScoredGroup, ScoredRollout, TokenWeights, Weighed } from './algorithm.ts'

export const context = { maxTokens: 64 }

/** A rollout whose verdict is right where its reward is 1. */
export function rolloutWith(reward: number | null, over: Partial<ScoredRollout> = {}): ScoredRollout {
  return { reward, correct: reward === null ? null : reward === 1, tokens: 10, truncated: false, steps: [], ...over }
}

export function groupOf(rewards: readonly (number | null)[], kept = true): ScoredGroup {
  return { kept, rollouts: rewards.map((reward) => rolloutWith(reward)) }
}

/** Weights of the only group. */
export function onlyGroup(weighed: Weighed): readonly TokenWeights[] {
  const [weights, ...others] = weighed.weights_P_G
  if (!weights || others.length > 0) throw new Error(`expected one group, got ${weighed.weights_P_G.length}`)
  return weights
}

/** Binary rewards of one group. */
export const binaryRewards = fc.array(fc.constantFrom(0, 1), { minLength: 1, maxLength: 16 })
/** Moderate rewards in steps of 1/8, free of rounding under addition. */
export const rewards = fc.array(fc.integer({ min: -80, max: 80 }).map((eighths) => eighths / 8), { minLength: 2, maxLength: 16 })
/** With rollouts that could not be scored. */
export const partlyScorable = fc.array(fc.option(fc.integer({ min: -8, max: 8 }), { freq: 4 }), { minLength: 1, maxLength: 12 })
