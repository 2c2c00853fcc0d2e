/**
 * Lite PPO (Liu et al. 2025, "Part I: Tricks or Traps? A Deep Dive into RL for LLM Reasoning"): two tricks suffice on
 * critic-free PPO.
 *
 *   Aᵢ = (rᵢ − mean of the group) / (std of the batch + δ)        L = −min(ρA, clip(ρ, 1 − low, 1 + high)·A), token mean
 *
 * The batch is all that was sampled, uniform groups included, whether the filter keeps them or not. Its spread keeps nearly solved problems, whose group spread is small, from being blown up.
 * Assumes rewards on one scale over the batch. Degenerate cases: uniform group: A = 0; uniform batch: all A = 0.
 */
import type { OptionsOf } from '../protocol/algorithmOptions.ts'
import type { Algorithm } from './algorithm.ts'
import { grpo } from './grpo.ts'

export const litePpo: Algorithm<OptionsOf<'lite-ppo'>> = {
  name: 'lite-ppo',
  weigh: (groups_P, options, context) => grpo.weigh(groups_P, { ...options, name: 'grpo', scale: 'batch', ratio: 'token' }, context)
}
