import { z } from 'zod'
import { Finite } from './numbers.ts'

/** First line of a re-score: what scored, and in the place of what. */
export const RescoreHeader = z.object({
  version: z.literal(1),
  at: z.iso.datetime(),
  /** Path of the reward file, for people. */
  file: z.string(),
  /** SHA-256 of the file and what it imports, in hexadecimal: which edit this was. */
  hash: z.string(),
  part: z.string(),
  /** The recorded part that it stands for; null = for the whole reward. */
  replaces: z.string().nullable(),
  options: z.record(z.string(), z.json())
})
export type RescoreHeader = z.infer<typeof RescoreHeader>

/** Each further line: a rollout of the run; null = not scorable. What the run recorded stays as it is. */
export const RescoreLine = z.object({
  rollout: z.string(),
  score: Finite.nullable(),
  why: z.string(),
  total: Finite.nullable()
})
export type RescoreLine = z.infer<typeof RescoreLine>
