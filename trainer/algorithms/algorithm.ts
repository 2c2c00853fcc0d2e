import type { AlgorithmOptions } from '../protocol/algorithmOptions.ts'
import type { Loss, LossTerm } from '../engines/engine.ts'

/** What an algorithm sees of a rollout. */
export interface ScoredRollout {
  /** Total reward; null = not scorable, never trained on. */
  readonly reward: number | null
  /** The grader's verdict, for algorithms that split by right and wrong; null = not scorable. */
  readonly correct: boolean | null
  readonly tokens: number
  readonly truncated: boolean
  /** Score of each checkable step with the token that ends it, in order. */
  readonly steps: readonly { readonly endToken: number; readonly score: number }[]
  /** Written under another prompt, after a critique, than it is trained under. */
  readonly refined?: true
}

/** Attempts at one problem (_G), of which the filter may have dropped all. */
export interface ScoredGroup {
  readonly kept: boolean
  readonly rollouts: readonly ScoredRollout[]
}

export interface WeighContext {
  /** Token limit of sampling, for constant-length normalisation. */
  readonly maxTokens: number
}

/** Weight of a rollout: one number for all its tokens, one per token, or null = not trained on. */
export type TokenWeights = number | readonly number[] | null

/** A loss of the tokens of single rollouts: pairs and the reward head learn from rows. */
export interface TokenLoss extends Loss {
  readonly terms: readonly Exclude<LossTerm, { kind: 'pairwise' | 'stepReward' | 'valueRegression' }>[]
}

export interface Weighed {
  /** Advantages (or cross-entropy weights) per group and rollout, in the order given. */
  readonly weights_P_G: readonly (readonly TokenWeights[])[]
  /** The loss that reads them. */
  readonly loss: TokenLoss
  /** Which array of TrainSequence the weights are: advantages for policyGradient, weights for crossEntropy. */
  readonly as: 'advantages' | 'weights'
  /**
   * Multiplies the weights of a rollout, all alike or token by token, once the current policy's log-probabilities under the
   * training prompt are known (sequence ratios of TOPR, shaped weights of Critique-GRPO).
   */
  readonly reweigh?: (logprobs_T: readonly number[], sampled: SampledTokens, rollout: ScoredRollout) => number | readonly number[]
}

/** Log-probabilities of a rollout's tokens when they were sampled. */
export interface SampledTokens {
  /** Under the policy at temperature 1. */
  readonly behaviour_T: readonly number[]
  /** Under what was drawn from: the policy after temperature, top-k, top-p and min-p. */
  readonly drawn_T: readonly number[]
}

/** Scored groups in, per-token weights out. Pure: no IO, no clock, no random numbers. */
export interface Algorithm<O extends AlgorithmOptions = AlgorithmOptions> {
  readonly name: string
  weigh(groups_P: readonly ScoredGroup[], options: O, context: WeighContext): Weighed
}
