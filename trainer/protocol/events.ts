import { z } from 'zod'
import { Count, Finite, NonNegative } from './numbers.ts'
import { Sha256 } from './sha256.ts'
import { EvaluationResult, Summary } from './summary.ts'

const base = { version: z.literal(1), at: z.iso.datetime(), step: Count }

/** Which edit of a reward file scores a step: SHA-256 of the file and what it imports. */
export const RewardEdit = z.object({ part: z.string(), file: z.string(), hash: Sha256 })
export type RewardEdit = z.infer<typeof RewardEdit>

/** A line of events.jsonl and of `--json`: what happened, in order. `step` is the RL step (0 before the first). */
export const RunEvent = z.discriminatedUnion('type', [
  z.object({ ...base, type: z.literal('runStarted'), runId: z.string(), directory: z.string(), resumed: z.boolean(), steps: Count }),
  z.object({ ...base, type: z.literal('stageStarted'), stage: z.string(), steps: Count }),
  z.object({ ...base, type: z.literal('stageProgress'), stage: z.string(), done: Count, of: Count, loss: Finite.optional(), tokensPerSecond: NonNegative }),
  z.object({ ...base, type: z.literal('stepStarted'), stage: z.string(), attempt: Count, rewards: z.array(RewardEdit).optional() }),
  z.object({ ...base, type: z.literal('stepFinished'), stage: z.string(), metrics: z.record(z.string(), Finite), secondsLeft: NonNegative.optional() }),
  z.object({ ...base, type: z.literal('evaluation'), when: z.enum(['before', 'during', 'after']), name: z.string(), result: EvaluationResult }),
  z.object({ ...base, type: z.literal('rolloutShown'), rolloutId: z.string(), problem: z.string(), text: z.string(), reward: Finite.nullable(), correct: z.boolean().nullable() }),
  z.object({ ...base, type: z.literal('checkpointSaved'), directory: z.string() }),
  /** The final policy, at the end of a finished run: a Hugging Face folder without optimiser. */
  z.object({ ...base, type: z.literal('modelExported'), directory: z.string() }),
  z.object({ ...base, type: z.literal('engineRestarted'), reason: z.string(), redoStep: Count }),
  z.object({ ...base, type: z.literal('recovered'), what: z.string(), detail: z.string() }),
  z.object({ ...base, type: z.literal('warning'), code: z.string(), message: z.string() }),
  z.object({ ...base, type: z.literal('runPaused') }),
  z.object({ ...base, type: z.literal('runContinued') }),
  z.object({ ...base, type: z.literal('runFailed'), code: z.string(), message: z.string(), remedy: z.string() }),
  z.object({ ...base, type: z.literal('runFinished'), state: z.enum(['finished', 'stopped']), summary: Summary })
])
export type RunEvent = z.infer<typeof RunEvent>
