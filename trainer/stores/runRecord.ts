import { z } from 'zod'
import { RunFile } from '../protocol/runFile.ts'

/** run.json: what the run does, resolved, beside the text that someone wrote. Written once. */
export const RunRecord = z.object({
  version: z.literal(1),
  runId: z.string().min(1),
  createdAt: z.iso.datetime(),
  run: RunFile,
  /** The run file as it was written; `path` is for people, nothing is opened through it. */
  source: z.object({ path: z.string(), text: z.string() }),
  /** Present where another program trains and only records itself here: `run` says what it told, and nobody can resume it. */
  recorded: z.object({ by: z.string(), rewards: z.array(z.string()) }).optional()
})
export type RunRecord = z.output<typeof RunRecord>
