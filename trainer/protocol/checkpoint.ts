import { z } from 'zod'
import { Count, NonNegative } from './numbers.ts'

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
  /** What the run had used up to here, superseded attempts left out; seconds of wall time. */
  totals: z
    .object({
      rollouts: Count,
      sampledTokens: Count,
      trainedTokens: Count,
      rewardSeconds: NonNegative,
      stepSeconds: NonNegative,
      sampleSeconds: NonNegative,
      updateSeconds: NonNegative
    })
    .optional(),
  /** What the engine computed on, as it names it: `cuda:0`, `cpu`. */
  device: z.string().optional(),
  at: z.iso.datetime(),
  /** Byte length and SHA-256 of every other file of the folder. */
  files: z.record(z.string(), z.object({ bytes: Count, sha256: z.string() }))
})
export type Checkpoint = z.infer<typeof Checkpoint>
