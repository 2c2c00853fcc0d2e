import { z } from 'zod'
import { Count, Finite } from '../protocol/numbers.ts'
import type { RolloutRow } from '../protocol/rolloutViews.ts'
import { StopReason } from '../protocol/rollout.ts'
import { numberedParts } from '../stores/partNames.ts'
import { withoutExecutions } from './withoutExecutions.ts'

/** What a line tells of a row in a list; whether the group's rewards are equal, it does not. */
export interface NarrowRollout extends Omit<RolloutRow, 'run' | 'parts' | 'zeroVariance'> {
  /** By the names of their columns. */
  readonly parts: readonly { readonly name: string; readonly score: number | null }[]
}

const NarrowSegment = z.object({
  logprobs: z.array(z.unknown()), entropies: z.array(z.unknown()), advantages: z.array(z.unknown()).optional(), mask: z.array(z.unknown()), stopReason: StopReason
})

const NarrowRecord = z.object({
  version: z.literal(1), id: z.string().min(1), kind: z.enum(['train', 'evaluation']), stage: z.string(), step: Count, attempt: Count, superseded: z.boolean(),
  group: z.string(), sampleIndex: Count, problemId: z.string(), environment: z.string(), correct: z.boolean().nullable(), policyVersion: Count,
  reward: z.object({ total: Finite.nullable(), parts: z.array(z.object({ name: z.string(), score: Finite.nullable() })) }),
  filter: z.object({ kept: z.boolean() }).optional(),
  segments: z.array(NarrowSegment).min(1)
})

/** The row of a line of a rollout file, or what is wrong with the line. */
export function parseNarrow(line: string): NarrowRollout | string {
  let value: unknown
  try {
    value = JSON.parse(withoutExecutions(line))
  } catch {
    return 'not valid JSON'
  }
  const result = NarrowRecord.safeParse(value)
  if (result.success) return narrow(result.data)
  const issue = result.error.issues[0]
  return `${issue?.path.join('.') ?? ''} ${issue?.message ?? 'not a rollout'}`.trim()
}

function narrow({ reward, filter, segments, version: _, ...rest }: z.infer<typeof NarrowRecord>): NarrowRollout {
  return {
    ...rest,
    reward: reward.total, parts: numberedParts(reward.parts),
    stopReason: segments.at(-1)!.stopReason,
    completionTokens: segments.reduce((sum, { mask }) => sum + mask.length, 0),
    kept: filter?.kept ?? null,
    advantage: meanOver(segments.map(({ advantages }) => advantages ?? [])),
    meanLogprob: meanOver(segments.map(({ logprobs }) => logprobs)),
    meanEntropy: meanOver(segments.map(({ entropies }) => entropies))
  }
}

/** Mean over the numbers of all lists; null where there is none, or something else than a finite number. */
function meanOver(lists: readonly (readonly unknown[])[]): number | null {
  let sum = 0
  let count = 0
  for (const list of lists) {
    for (const value of list) {
      if (typeof value !== 'number') return null
      sum += value
      count++
    }
  }
  return count > 0 && Number.isFinite(sum) ? sum / count : null
}
