import { z } from 'zod'
import { Count } from '../protocol/numbers.ts'
import { Message } from '../protocol/problem.ts'
import { Span, StepVerdict } from '../protocol/rollout.ts'
import { readNarrowRollouts } from './narrowRollouts.ts'

const Prompt = z.object({ text: z.string(), messages: z.array(Message).optional() })

/** What texts a rollout has and where its tokens end; none of the numbers by token. */
export const RolloutTexts = z.object({
  id: z.string().min(1),
  kind: z.enum(['train', 'evaluation']),
  problemId: z.string(),
  gold: z.string().optional(),
  answer: z.string().nullable(),
  environment: z.string(),
  correct: z.boolean().nullable(),
  superseded: z.boolean(),
  steps: z.array(StepVerdict),
  segments: z
    .array(z.object({ text: z.string(), spans: z.array(Span), tokens: z.array(Count), tokenEnds: z.array(Count), samplePrompt: Prompt, trainPrompt: Prompt.optional() }))
    .min(1)
})
export type RolloutTexts = z.infer<typeof RolloutTexts>

const SELECTION = `{
  id: id, kind: kind, problemId: problemId, gold: gold, answer: answer, environment: environment, correct: correct, superseded: superseded, steps: steps,
  segments: list_transform(segments, lambda s: {
    text: s."text", spans: s.spans, tokens: s.tokens, tokenEnds: s.tokenEnds, samplePrompt: {text: s.samplePrompt."text", messages: s.samplePrompt.messages},
    trainPrompt: CASE WHEN s.trainPrompt IS NULL THEN NULL ELSE {text: s.trainPrompt."text", messages: s.trainPrompt.messages} END
  })
}`

/** As `readNarrowRollouts`. */
export const readRolloutTexts = (runDirectory: string, ids: ReadonlySet<string> | undefined, take: (rollout: RolloutTexts) => void): Promise<void> =>
  readNarrowRollouts(runDirectory, { schema: RolloutTexts, selection: SELECTION }, ids, take)
