/**
 * GRPO: group-relative policy optimisation (Shao et al. 2024, "DeepSeekMath"), with the switches of its descendants.
 *
 *   Aᵢ = (rᵢ − mean(r)) / (std(r) + δ)        L = −min(ρA, clip(ρ, 1 − low, 1 + high)·A)
 *
 * - GRPO: scale group, token ratio, sequenceMean, which is of all rollouts sampled, as the paper's: dropping uniform groups only saves work.
 * - Dr. GRPO (Liu et al. 2025): scale none, constant length: no bias towards short right and long wrong answers, nor
 *   towards very easy and very hard problems.
 * - DAPO (Yu et al. 2025): clipHigh 0.28 > clipLow 0.2, tokenMean.
 * - GSPO (Zheng et al. 2025): ratio sequence, ρ = exp(mean of d); clip ranges about a thousand times narrower.
 * The KL term is the run's regulariser, not the algorithm's. std is the sample standard deviation (n − 1), of the group or,
 * with scale batch, of all rewards of the step, those of dropped groups included.
 * Assumes several rollouts per problem from one behaviour policy. Degenerate cases: uniform group, or one rollout: A = 0.
 */
import type { OptionsOf } from '../protocol/algorithmOptions.ts'
import type { Algorithm } from './algorithm.ts'
import { centred } from './baselines.ts'
import { rewardsOf, sampledRewardsOf } from './groups.ts'
import { policyGradientLoss } from './losses.ts'
import { scaleAdvantages } from './scaling.ts'

export const grpo: Algorithm<OptionsOf<'grpo'>> = {
  name: 'grpo',
  weigh: (groups_P, options, context) => {
    const rewards_P = rewardsOf(groups_P)
    const { ratio, clipLow, clipHigh } = options
    return {
      weights_P_G: scaleAdvantages(rewards_P.map(centred), sampledRewardsOf(groups_P), options.scale),
      loss: policyGradientLoss(options, context, ratio === 'none' ? undefined : { ratio, clipLow, clipHigh }),
      as: 'advantages'
    }
  }
}
