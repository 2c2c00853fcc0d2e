import { z } from 'zod'
import { Count, NonNegative } from './numbers.ts'

/** state.json: where a run stands; replaced atomically. Pids and pipes are never read from here to act upon. */
export const RunState = z.object({
  version: z.literal(1),
  runId: z.string(),
  status: z.enum(['running', 'paused', 'stopped', 'failed', 'finished']),
  stage: z.string(),
  step: Count,
  steps: Count,
  /** Wall seconds used so far, over all resumes. */
  seconds: NonNegative,
  updatedAt: z.iso.datetime(),
  error: z.object({ code: z.string(), message: z.string(), remedy: z.string() }).optional()
})
export type RunState = z.infer<typeof RunState>
