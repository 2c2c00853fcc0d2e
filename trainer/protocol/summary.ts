import { z } from 'zod'
import { Count, Estimate, Finite, NonNegative } from './numbers.ts'

/** Accuracy of one answer chosen from the samples of each problem, by a step reward model and by votes. Differences are paired over problems. */
export const Rerank = z.object({
  problems: Count,
  samplesPerProblem: Count,
  majority: Estimate,
  /** The sample with the highest score. */
  bestOfN: Estimate,
  /** The answer with the highest sum of scores. */
  weightedMajority: Estimate,
  bestOfNOverMajority: Estimate,
  weightedOverMajority: Estimate
})
export type Rerank = z.infer<typeof Rerank>

/** Held-out evaluation of one checkpoint. pass@k is the unbiased estimator; intervals are 95 % bootstraps over problems. */
export const EvaluationResult = z.object({
  environment: z.string(),
  problems: Count,
  samplesPerProblem: Count,
  temperature: NonNegative,
  passAt1: Estimate,
  passAt16: Estimate.optional(),
  /** pass@k for every k asked for, by k. */
  passAtK: z.record(z.string(), Estimate),
  /** Accuracy of greedy decoding. */
  greedy: Estimate.optional(),
  /** Share of the checkable steps that are true, over all sampled traces. */
  stepTruth: Estimate.optional(),
  /** Where a step reward model was given. */
  rerank: Rerank.optional(),
  /** Share of completions cut off at the token limit. */
  truncated: Finite,
  meanTokens: NonNegative
})
export type EvaluationResult = z.infer<typeof EvaluationResult>

export const Summary = z.object({
  version: z.literal(1),
  runId: z.string(),
  name: z.string(),
  state: z.enum(['finished', 'stopped', 'failed']),
  heldOut: z.object({ before: EvaluationResult.optional(), after: EvaluationResult.optional() }),
  /** pass@1 after minus before, paired over problems. */
  gain: Estimate.optional(),
  /** Other difficulties and environments, before and after, by name. */
  retention: z.record(z.string(), z.object({ before: EvaluationResult.optional(), after: EvaluationResult.optional() })),
  throughput: z.object({ rolloutsPerSecond: NonNegative, sampledTokensPerSecond: NonNegative, trainedTokensPerSecond: NonNegative }),
  cost: z.object({
    wallSeconds: NonNegative,
    sampledTokens: Count,
    trainedTokens: Count,
    rollouts: Count,
    rewardSeconds: NonNegative,
    peakMemoryBytes: Count.optional()
  }),
  versions: z.record(z.string(), z.string())
})
export type Summary = z.infer<typeof Summary>
