/**
 * REINFORCE with a choice of baseline (Williams 1992; for language models Ahmadian et al. 2024, "Back to Basics").
 *
 *   Aᵢ = (rᵢ − b) / s        L = −Σ_t Aᵢ·log π(y_t)
 *
 * b: none = 0; batch = mean reward of the batch; group = mean of the problem's rollouts; leaveOneOut = mean of the *other*
 * rollouts of the problem (unbiased, = rloo). s: 1, or the standard deviation of the rewards of the group or batch.
 * Assumes one on-policy update per step (no ratio). Degenerate cases: a uniform group has A = 0 under group and
 * leaveOneOut; without spread a scaled advantage is 0; a lone rollout has A = 0 under leaveOneOut. The batch's mean
 * is over the groups that the filter kept, its standard deviation over all.
 */
import type { OptionsOf } from '../protocol/algorithmOptions.ts'
import type { Algorithm } from './algorithm.ts'
import { centred, leaveOneOut, mean, scorable, subtract } from './baselines.ts'
import type { Advantages_G, Rewards_G } from './baselines.ts'
import { rewardsOf, sampledRewardsOf } from './groups.ts'
import { policyGradientLoss } from './losses.ts'
import { scaleAdvantages } from './scaling.ts'

type Options = OptionsOf<'reinforce'>

export const reinforce: Algorithm<Options> = {
  name: 'reinforce',
  weigh: (groups_P, options, context) => {
    const rewards_P = rewardsOf(groups_P)
    return {
      weights_P_G: scaleAdvantages(subtractBaseline(rewards_P, options.baseline), sampledRewardsOf(groups_P), options.scale),
      loss: policyGradientLoss(options, context),
      as: 'advantages'
    }
  }
}

function subtractBaseline(rewards_P: readonly Rewards_G[], baseline: Options['baseline']): readonly Advantages_G[] {
  switch (baseline) {
    case 'none':
      return rewards_P
    case 'batch': {
      const ofBatch = mean(rewards_P.flatMap(scorable))
      return rewards_P.map((rewards) => subtract(rewards, ofBatch))
    }
    case 'group':
      return rewards_P.map(centred)
    case 'leaveOneOut':
      return rewards_P.map(leaveOneOut)
  }
}
