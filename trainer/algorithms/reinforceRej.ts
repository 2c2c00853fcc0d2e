/**
 * Reinforce-Rej (Xiong et al. 2025, "A Minimalist Approach to LLM Reasoning: from Rejection Sampling to Reinforce"):
 * policy gradient on problems with mixed outcomes only.
 *
 *   p = share of right rollouts; drop the group if p = 0 (allWrong), p = 1 (allRight) or either (both)
 *   Aᵢ = rᵢ − mean(r)   (centred), or ±1 by right and wrong without a baseline (signed)
 *   L = −min(ρA, clip(ρ, 1 − low, 1 + high)·A)
 *
 * `drop` and `scale` are the paper's ablation arms. p is over scorable rollouts, and so are mean and standard deviation.
 * Assumes a verdict per rollout. Degenerate cases: a dropped group gets null; with drop none a uniform group has A = 0
 * when centred, ±1 when signed (0 if scaled as well).
 */
import type { OptionsOf } from '../protocol/algorithmOptions.ts'
import type { Algorithm, ScoredGroup } from './algorithm.ts'
import { centred } from './baselines.ts'
import type { Advantages_G } from './baselines.ts'
import { verdictsOf } from './groups.ts'
import { policyGradientLoss } from './losses.ts'
import { scaleAdvantages } from './scaling.ts'

type Options = OptionsOf<'reinforce-rej'>

export const reinforceRej: Algorithm<Options> = {
  name: 'reinforce-rej',
  weigh: (groups_P, options, context) => ({
    weights_P_G: groups_P.map((group) => advantagesOf(group, options)),
    loss: policyGradientLoss(options, context, { ratio: 'token', clipLow: options.clipLow, clipHigh: options.clipHigh }),
    as: 'advantages'
  })
}

function advantagesOf(group: ScoredGroup, options: Options): Advantages_G {
  const verdicts = verdictsOf(group)
  if (isDropped(verdicts, options.drop)) return verdicts.map(() => null)
  const signed = options.rewards === 'signed'
  const rewards = verdicts.map((verdict, i) => (verdict === null ? null : signed ? (verdict ? 1 : -1) : (group.rollouts[i]?.reward ?? null)))
  const [scaled] = scaleAdvantages([signed ? rewards : centred(rewards)], [rewards], options.scale)
  return scaled ?? []
}

function isDropped(verdicts: readonly (boolean | null)[], drop: Options['drop']): boolean {
  const allWrong = !verdicts.includes(true)
  const allRight = !verdicts.includes(false)
  return (allWrong && (drop === 'allWrong' || drop === 'both')) || (allRight && (drop === 'allRight' || drop === 'both'))
}
