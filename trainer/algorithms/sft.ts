/**
 * Supervised fine-tuning: maximum likelihood of given completions.
 *
 *   L = −Σ_t log π(y_t)
 *
 * Assumes that the completions are demonstrations: every one counts the same, whatever its reward, so that demonstrations
 * are given any number as reward. Degenerate case: a rollout with reward null or of a dropped group is left out; with none
 * left the loss has no tokens.
 */
import type { OptionsOf } from '../protocol/algorithmOptions.ts'
import type { Algorithm } from './algorithm.ts'
import { rewardsOf } from './groups.ts'
import { crossEntropyLoss } from './losses.ts'

export const sft: Algorithm<OptionsOf<'sft'>> = {
  name: 'sft',
  weigh: (groups_P, options, context) => ({
    weights_P_G: rewardsOf(groups_P).map((rewards) => rewards.map((reward) => (reward === null ? null : 1))),
    loss: crossEntropyLoss(options, context),
    as: 'weights'
  })
}
