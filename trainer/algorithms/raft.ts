/**
 * RAFT: reward-ranked fine-tuning, and RAFT++ (Xiong et al. 2025, "A Minimalist Approach to LLM Reasoning: from Rejection
 * Sampling to Reinforce"; RAFT: Dong et al. 2023).
 *
 *   RAFT    L = −Σ_t w·log π(y_t)                                  over the kept completions
 *   RAFT++  L = −Σ_t w·min(ρ_t, clip(ρ_t, 1 − low, 1 + high))      the same completions, several updates per step
 *
 * Kept are the right completions, or of each group the right one with the highest reward (the first of equals). w = 1, or
 * with `perProblem` 1 / kept of the problem, so that easy problems do not outweigh hard ones.
 * Assumes a verdict per rollout. Degenerate case: a group without a right completion contributes nothing; completions that
 * are not kept get null and so do not count in token or sequence means either.
 */
import type { OptionsOf } from '../protocol/algorithmOptions.ts'
import type { Algorithm, ScoredGroup } from './algorithm.ts'
import type { Advantages_G } from './baselines.ts'
import { verdictsOf } from './groups.ts'
import { crossEntropyLoss, policyGradientLoss } from './losses.ts'

type Options = OptionsOf<'raft'>

export const raft: Algorithm<Options> = {
  name: 'raft',
  weigh: (groups_P, options, context) => ({
    weights_P_G: groups_P.map((group) => keptWeights(group, options)),
    loss: options.plusPlus
      ? policyGradientLoss(options, context, { ratio: 'token', clipLow: options.clipLow, clipHigh: options.clipHigh })
      : crossEntropyLoss(options, context),
    as: options.plusPlus ? 'advantages' : 'weights'
  })
}

function keptWeights(group: ScoredGroup, options: Options): Advantages_G {
  const right = verdictsOf(group).flatMap((verdict, i) => (verdict === true ? [i] : []))
  const kept = new Set(options.keep === 'best' ? bestOf(group, right) : right)
  const weight = options.perProblem ? 1 / kept.size : 1
  return group.rollouts.map((_, i) => (kept.has(i) ? weight : null))
}

function bestOf(group: ScoredGroup, candidates: readonly number[]): readonly number[] {
  const rewardAt = (i: number): number => group.rollouts[i]?.reward ?? -Infinity
  const first = candidates[0]
  if (first === undefined) return []
  return [candidates.reduce((best, i) => (rewardAt(i) > rewardAt(best) ? i : best), first)]
}
