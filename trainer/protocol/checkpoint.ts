import { z } from 'zod'
import { Count } from './numbers.ts'

/** checkpoint.json, written last into a checkpoint folder: its presence says that the folder is whole. */
export const Checkpoint = z.object({
  version: z.literal(1),
  stage: z.string(),
  stageIndex: Count,
  /** Steps done within the stage. */
  stageStep: Count,
  /** RL steps done in the run. */
  step: Count,
  /** Optimiser steps done in the run. */
  policyVersion: Count,
  at: z.iso.datetime(),
  /** Byte length and SHA-256 of every other file of the folder. */
  files: z.record(z.string(), z.object({ bytes: Count, sha256: z.string() }))
})
export type Checkpoint = z.infer<typeof Checkpoint>
