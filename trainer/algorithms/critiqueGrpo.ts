/**
 * Critique-GRPO (Zhang et al. 2025, "Critique-GRPO: Advancing LLM Reasoning with Natural Language and Numerical Feedback").
 * Rollouts that failed are refined under a critique; a refinement joins its group and is trained under the plain prompt q, which
 * it was not sampled under.
 *
 *   Aᵢ = rᵢ − mean(r) over rollouts and refinements together
 *   L  = −Σ_t ρ_t·Aᵢ over rollouts,  −w·Σ_t f(π_t)·Aᵢ over refinements,  f(π) = π / (π + γ),  π_t = π(y'_t | q, y'_<t)
 *
 * No clipping, no KL, no standard deviation. The gradient of f(π) is γπ/(π + γ)²·∇log π: it is largest at π = γ, so that tokens
 * which only the critique made likely are learned, and certain ones are left alone. Both ratios enter as weights of log π.
 * Assumes the strategy `critiqueRefine`; without refinements it is policy gradient with the group's mean as baseline. Degenerate
 * cases: uniform group: A = 0; γ → ∞ removes the refinements' tokens, γ → 0 removes the likely ones first.
 */
import type { OptionsOf } from '../protocol/algorithmOptions.ts'
import type { Algorithm } from './algorithm.ts'
import { centred } from './baselines.ts'
import { rewardsOf, sampledRewardsOf } from './groups.ts'
import { policyGradientLoss } from './losses.ts'
import { scaleAdvantages } from './scaling.ts'

export const critiqueGrpo: Algorithm<OptionsOf<'critique-grpo'>> = {
  name: 'critique-grpo',
  weigh: (groups_P, options, context) => {
    const rewards_P = rewardsOf(groups_P)
    return {
      weights_P_G: scaleAdvantages(rewards_P.map(centred), sampledRewardsOf(groups_P), options.scale),
      loss: policyGradientLoss(options, context),
      as: 'advantages',
      reweigh: (logprobs_T, { behaviour_T }, { refined }) =>
        refined ? logprobs_T.map((logprob) => options.refinementWeight * shapedWeight(logprob, options.shaping)) : logprobs_T.map((logprob, t) => Math.exp(logprob - (behaviour_T[t] ?? logprob)))
    }
  }
}

/** d f(π) / d log π = γπ / (π + γ)², in (0, 1/4]. */
export function shapedWeight(logprob: number, gamma: number): number {
  const p = Math.exp(logprob)
  return (gamma * p) / (p + gamma) ** 2
}
