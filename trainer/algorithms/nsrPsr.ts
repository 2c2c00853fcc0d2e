/**
 * NSR, PSR and W-REINFORCE (Zhu et al. 2025, "The Surprising Effectiveness of Negative Reinforcement in LLM Reasoning").
 *
 *   L = −Σ_t w·log π(y_t),   w = +positive on right completions, −negative on wrong ones
 *
 * positive 0, negative 1: NSR, punishes only and keeps diversity; positive 1, negative 0: PSR; positive 0.1, negative 1:
 * W-REINFORCE. No baseline and no standard deviation. Assumes a verdict per rollout and one on-policy update per step.
 * Degenerate cases: a uniform group still counts; with negative > 0 an all-wrong batch pushes everything down. A weight of
 * 0 stays in the means, so that positive → 0 goes over into NSR without a jump.
 */
import type { OptionsOf } from '../protocol/algorithmOptions.ts'
import type { Algorithm } from './algorithm.ts'
import { verdictsOf } from './groups.ts'
import { policyGradientLoss } from './losses.ts'

export const nsrPsr: Algorithm<OptionsOf<'nsr-psr'>> = {
  name: 'nsr-psr',
  weigh: (groups_P, options, context) => ({
    weights_P_G: groups_P.map((group) =>
      verdictsOf(group).map((verdict) => (verdict === null ? null : verdict ? options.positive : 0 - options.negative))
    ),
    loss: policyGradientLoss(options, context),
    as: 'advantages'
  })
}
