import { z } from 'zod'
import { Finite } from './numbers.ts'

/** Which side of the content-hash split a problem is on. Training draws `train` only; settings are chosen on `tuning`; figures rest on `heldOut`. */
export const Split = z.enum(['train', 'tuning', 'heldOut'])
export type Split = z.infer<typeof Split>

/** One message of a conversation, as chat templates take it. */
export const Message = z.object({ role: z.enum(['system', 'user', 'assistant', 'tool']), content: z.string() })
export type Message = z.infer<typeof Message>

/** One item to solve. `id` is a hash of the content, so that equal problems have equal ids in every run. */
export const Problem = z.object({
  id: z.string().min(1),
  environment: z.string().min(1),
  /** What the model is given, as plain text. */
  prompt: z.string(),
  /** The same as messages, for models with a chat template; absent = `prompt` as it stands. */
  messages: z.array(Message).optional(),
  /** The expected answer in the environment's own notation; absent where only a checker exists. */
  gold: z.string().optional(),
  /** Difficulty and other generator parameters, for breakdowns. */
  params: z.record(z.string(), z.union([Finite, z.string(), z.boolean()])).default({}),
  /** What the grader needs beyond the prompt; opaque to everything but the environment. */
  data: z.json().optional()
})
export type Problem = z.infer<typeof Problem>
