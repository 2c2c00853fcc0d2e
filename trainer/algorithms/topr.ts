/**
 * TOPR: tapered off-policy REINFORCE (Le Roux et al. 2025, "Tapered Off-Policy REINFORCE: Stable and efficient
 * reinforcement learning for LLMs").
 *
 *   R ∈ {−1, +1} − c        L = −sg(clip(π(y)/μ(y), low, high))·R·log π(y)
 *
 * π(y)/μ(y) is the ratio of the whole sequence; μ is what the completion was drawn from, temperature and truncation included.
 * Canonical bounds: right (1, 1) = plain likelihood, wrong (0, 1) = the push fades as the policy leaves the completion behind.
 * The baseline c sets the effective share of positives:
 * p̃ = p(1 − c) / (1 + (1 − 2p)c) for a share p of right completions.
 * Assumes a verdict per rollout and recorded behaviour log-probabilities; works for many updates on one batch. Degenerate
 * cases: c = 1 removes the positives, c = −1 the negatives; low = high makes the ratio a constant.
 */
import type { OptionsOf } from '../protocol/algorithmOptions.ts'
import type { Algorithm, ScoredRollout } from './algorithm.ts'
import { verdictsOf } from './groups.ts'
import { policyGradientLoss } from './losses.ts'

type Options = OptionsOf<'topr'>

export const topr: Algorithm<Options> = {
  name: 'topr',
  weigh: (groups_P, options, context) => ({
    weights_P_G: groups_P.map((group) =>
      verdictsOf(group).map((verdict) => (verdict === null ? null : (verdict ? 1 : -1) - options.baseline))
    ),
    loss: policyGradientLoss(options, context),
    as: 'advantages',
    reweigh: (logprobs_T, { drawn_T }, rollout) => taper(sequenceLogRatio(logprobs_T, drawn_T), rollout, options)
  })
}

/** log π(y) − log μ(y) of the sequence. */
function sequenceLogRatio(logprobs_T: readonly number[], drawn_T: readonly number[]): number {
  return logprobs_T.reduce((sum, logprob, t) => sum + logprob - (drawn_T[t] ?? 0), 0)
}

function taper(logRatio: number, rollout: ScoredRollout, options: Options): number {
  const [low, high] = rollout.correct ? [options.positiveLow, options.positiveHigh] : [options.negativeLow, options.negativeHigh]
  return Math.min(Math.max(Math.exp(logRatio), low), high)
}
