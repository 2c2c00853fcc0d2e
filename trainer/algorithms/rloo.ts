/**
 * RLOO: REINFORCE leave-one-out (Ahmadian et al. 2024, "Back to Basics: Revisiting REINFORCE-Style Optimization for
 * Learning from Human Feedback in LLMs"; Kool et al. 2019).
 *
 *   Aᵢ = rᵢ − 1/(k−1)·Σ_{j≠i} r_j = k/(k−1)·(rᵢ − mean(r))        L = −Σ_t Aᵢ·log π(y_t)
 *
 * Assumes one on-policy update per step and k ≥ 2. Degenerate cases: uniform group or k = 1: A = 0.
 */
import type { OptionsOf } from '../protocol/algorithmOptions.ts'
import type { Algorithm } from './algorithm.ts'
import { reinforce } from './reinforce.ts'

export const rloo: Algorithm<OptionsOf<'rloo'>> = {
  name: 'rloo',
  weigh: (groups_P, options, context) =>
    reinforce.weigh(groups_P, { ...options, name: 'reinforce', baseline: 'leaveOneOut', scale: 'none' }, context)
}
