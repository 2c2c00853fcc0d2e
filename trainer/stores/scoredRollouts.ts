import { z } from 'zod'
import { ExecutionRecord } from '../protocol/execution.ts'
import { Count } from '../protocol/numbers.ts'
import { Message } from '../protocol/problem.ts'
import { Reward, Span, StepVerdict, StopReason } from '../protocol/rollout.ts'
import { writtenCount } from '../protocol/toolTokens.ts'
import { readNarrowRollouts } from './narrowRollouts.ts'
import { WRITTEN_TOKENS_SQL } from './rolloutFigures.ts'

/** What a reward looks at, and what it gave; none of the numbers by token. */
export const ScoredRollout = z.object({
  id: z.string().min(1),
  kind: z.enum(['train', 'evaluation']),
  stage: z.string(),
  step: Count,
  group: z.string(),
  superseded: z.boolean(),
  problemId: z.string(),
  environment: z.string(),
  params: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  gold: z.string().optional(),
  answer: z.string().nullable(),
  correct: z.boolean().nullable(),
  steps: z.array(StepVerdict),
  reward: Reward,
  executions: z.array(ExecutionRecord).optional(),
  /** Of the segment that was scored: the first. */
  prompt: z.string(),
  messages: z.array(Message).nullish(),
  completion: z.string(),
  spans: z.array(Span),
  /** Of what the policy wrote. */
  tokens: Count,
  stopReason: StopReason
})
export type ScoredRollout = z.infer<typeof ScoredRollout>

const SELECTION = `{
  id: id, kind: kind, stage: stage, step: step, "group": "group", superseded: superseded, problemId: problemId, environment: environment,
  params: params, gold: gold, answer: answer, correct: correct, steps: steps, reward: reward, executions: executions,
  prompt: segments[1].samplePrompt."text", messages: segments[1].samplePrompt.messages, completion: segments[1]."text", spans: segments[1].spans,
  tokens: ${WRITTEN_TOKENS_SQL}, stopReason: segments[1].stopReason
}`

/** As `readNarrowRollouts`: the rollouts of a run as a reward sees them. */
export const readScoredRollouts = (runDirectory: string, ids: ReadonlySet<string> | undefined, take: (rollout: ScoredRollout) => void | Promise<void>): Promise<void> =>
  readNarrowRollouts(runDirectory, { schema: ScoredRollout, selection: SELECTION, fromRecord }, ids, take)

interface RecordedSegment {
  readonly samplePrompt?: { readonly text?: unknown; readonly messages?: unknown }
  readonly text?: unknown
  readonly spans?: unknown
  readonly stopReason?: unknown
}

const WrittenTokens = z.object({ tokens: z.array(z.unknown()), tokenEnds: z.array(z.number()), spans: z.array(Span) })

/** Nothing where the segment is none: the schema then says what is wrong with it. */
function tokensWritten(segment: unknown): number | undefined {
  const read = WrittenTokens.safeParse(segment)
  return read.success ? writtenCount(read.data) : undefined
}

/** The same of a record of a line. */
function fromRecord(record: object): unknown {
  const { segments, ...rest } = record as { readonly segments?: readonly RecordedSegment[] }
  const first = segments?.[0]
  return {
    ...rest, prompt: first?.samplePrompt?.text, messages: first?.samplePrompt?.messages, completion: first?.text, spans: first?.spans,
    tokens: tokensWritten(first), stopReason: first?.stopReason
  }
}
