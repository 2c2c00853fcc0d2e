import { z } from 'zod'
import { ExecutionRecord } from './execution.ts'
import { Count, Finite, NonNegative, TokenId } from './numbers.ts'
import { Message } from './problem.ts'

/** Who wrote the tokens of a segment. */
export const TokenSource = z.enum(['policy', 'teacher', 'demo', 'refine', 'hint', 'tool', 'judge', 'replay'])
export type TokenSource = z.infer<typeof TokenSource>

export const SpanKind = z.enum(['think', 'step', 'answer', 'confidence', 'search', 'info', 'critique', 'tool'])
export type SpanKind = z.infer<typeof SpanKind>

/** A part of a segment's text: UTF-16 units, `from` inclusive, `to` exclusive. */
export const Span = z.object({ kind: SpanKind, from: Count, to: Count })
export type Span = z.infer<typeof Span>

/** Why sampling ended; `cancelled` rollouts are recorded and never trained on. */
export const StopReason = z.enum(['endOfText', 'stopString', 'length', 'cancelled', 'error'])
export type StopReason = z.infer<typeof StopReason>

export const PromptText = z.object({ text: z.string(), tokens: z.array(TokenId), messages: z.array(Message).optional() })

/**
 * One context window of a trajectory. The arrays `tokens`, `tokenEnds`, `logprobs`, … have one entry per completion token
 * (_T). Natural logarithms throughout. A run that another program recorded may know less: there `tokenEnds`, `logprobs`,
 * `samplingLogprobs` and `entropies` are empty, or `tokens` are; `advantages` then has one entry, that of the completion.
 */
export const Segment = z
  .object({
    /** What the sampler saw. */
    samplePrompt: PromptText,
    /** What the tokens are trained under, where it differs (a scaffold or hint removed). */
    trainPrompt: PromptText.optional(),
    text: z.string(),
    tokens: z.array(TokenId),
    /** UTF-16 offset in `text` where each token's characters end; incomplete UTF-8 ends where the last whole character did. */
    tokenEnds: z.array(Count),
    /** log π(token) of the policy at temperature 1, without truncation of the distribution. */
    logprobs: z.array(Finite),
    /** log-probability under the distribution really sampled from (temperature, top-k, top-p, min-p). */
    samplingLogprobs: z.array(Finite),
    /** Entropy in nats of the policy's distribution at temperature 1. */
    entropies: z.array(NonNegative),
    /** Advantage per token; absent until the group was weighed. */
    advantages: z.array(Finite).optional(),
    /** 1 = trained on, 0 = not (tool output, hints, dropped by a filter). */
    mask: z.array(z.union([z.literal(0), z.literal(1)])),
    source: TokenSource,
    spans: z.array(Span),
    /** Id of the rollout this segment continues (trees, refinements). */
    parent: z.string().optional(),
    stopReason: StopReason
  })
  .superRefine((segment, issues) => {
    const tokens = segment.tokens.length
    for (const key of ['tokenEnds', 'logprobs', 'samplingLogprobs', 'entropies', 'mask', 'advantages'] as const) {
      const length = segment[key]?.length ?? tokens
      const unknown = key === 'advantages' ? tokens === 0 && length === 1 : key !== 'mask' && length === 0
      if (length !== tokens && !unknown) issues.addIssue({ code: 'custom', path: [key], message: `has ${length} entries for ${tokens} tokens` })
    }
  })
export type Segment = z.infer<typeof Segment>

/** One named part of a reward. `score: null` = not scorable (an infrastructure failure), never counted as 0. */
export const RewardPart = z.object({ name: z.string(), score: Finite.nullable(), weight: Finite, why: z.string() })
export type RewardPart = z.infer<typeof RewardPart>

/** Truth of one step of a trace, as an environment's step checker sees it. `ok: null` = not checkable. */
export const StepVerdict = z.object({ from: Count, to: Count, ok: z.boolean().nullable(), why: z.string() })
export type StepVerdict = z.infer<typeof StepVerdict>

export const Reward = z.object({
  /** Weighted sum of the parts; null where a part that counts could not be scored. */
  total: Finite.nullable(),
  parts: z.array(RewardPart)
})
export type Reward = z.infer<typeof Reward>

/** A failure that was recorded rather than thrown, named by the boundary it crossed. */
export const RecordedError = z.object({ boundary: z.enum(['engine', 'environment', 'reward', 'sandbox', 'store']), message: z.string() })
export type RecordedError = z.infer<typeof RecordedError>

/** One sampled attempt at a problem with everything that is known of it: a line of the rollout files. */
export const Rollout = z.object({
  version: z.literal(1),
  /** Unique in its run: `<t|e><step>.<attempt>-<group>-<sample>`, e.g. `t000012.1-003-05`. */
  id: z.string().min(1),
  kind: z.enum(['train', 'evaluation']),
  stage: z.string(),
  /** RL step (1-based; 0 = before training) that this rollout belongs to. */
  step: Count,
  /** 1, and more when the step was done again after a failure. */
  attempt: Count,
  /** True where a later attempt at the same step replaced this one. */
  superseded: z.boolean(),
  group: z.string(),
  sampleIndex: Count,
  problemId: z.string(),
  environment: z.string(),
  params: z.record(z.string(), z.union([Finite, z.string(), z.boolean()])),
  gold: z.string().optional(),
  segments: z.array(Segment).min(1),
  /** The answer that the grader parsed; null = none found. */
  answer: z.string().nullable(),
  /** Right or wrong by the environment's grader; null = not scorable. */
  correct: z.boolean().nullable(),
  steps: z.array(StepVerdict),
  reward: Reward,
  /** Executions of the program that the completion is, one a turn; absent where completions are not programs. */
  executions: z.array(ExecutionRecord).optional(),
  /** What the group filter did. */
  filter: z.object({ kept: z.boolean(), why: z.string() }).optional(),
  /** Number of optimiser steps the sampling policy had seen. */
  policyVersion: Count,
  seed: Count,
  timing: z.object({ sampledAt: z.iso.datetime(), sampleSeconds: NonNegative, rewardSeconds: NonNegative }),
  errors: z.array(RecordedError),
  tags: z.record(z.string(), z.string())
})
export type Rollout = z.infer<typeof Rollout>
