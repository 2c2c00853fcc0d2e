import { z } from 'zod'
import { Count, Finite } from '../protocol/numbers.ts'
import type { RolloutRow } from '../protocol/rolloutViews.ts'
import { StopReason } from '../protocol/rollout.ts'
import { taskReward } from '../protocol/taskReward.ts'
import { written_T, writtenCount } from '../protocol/toolTokens.ts'
import { numberedParts } from '../stores/partNames.ts'
import { withoutExecutions } from './withoutExecutions.ts'

/** What a line tells of a row in a list; whether the group's rewards are equal, it does not. */
export interface NarrowRollout extends Omit<RolloutRow, 'run' | 'parts' | 'zeroVariance'> {
  /** By the names of their columns. */
  readonly parts: readonly { readonly name: string; readonly score: number | null }[]
}

/** What its line alone tells. */
export interface ReadRollout extends NarrowRollout {
  /** The reward without a KL penalty. */
  readonly taskReward: number | null
}

const NarrowSegment = z.object({
  tokens: z.array(z.unknown()), tokenEnds: z.array(z.number()), spans: z.array(z.object({ kind: z.string(), from: z.number(), to: z.number() })),
  logprobs: z.array(z.unknown()), entropies: z.array(z.unknown()), advantages: z.array(z.unknown()).optional(), mask: z.array(z.unknown()), stopReason: StopReason
})

const NarrowRecord = z.object({
  version: z.literal(1), id: z.string().min(1), kind: z.enum(['train', 'evaluation']), stage: z.string(), step: Count, attempt: Count, superseded: z.boolean(),
  group: z.string(), sampleIndex: Count, problemId: z.string(), environment: z.string(), correct: z.boolean().nullable(), policyVersion: Count,
  reward: z.object({ total: Finite.nullable(), parts: z.array(z.object({ name: z.string(), score: Finite.nullable(), weight: Finite })) }),
  filter: z.object({ kept: z.boolean() }).optional(),
  segments: z.array(NarrowSegment).min(1)
})

/** The row of a line of a rollout file, or what is wrong with the line. */
export function parseNarrow(line: string): ReadRollout | string {
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

/** As metrics count: of the first segment, and there of what the policy wrote. Shards go by the same rules in stores/rolloutFigures.ts. */
function narrow({ reward, filter, segments, version: _, ...rest }: z.infer<typeof NarrowRecord>): ReadRollout {
  const own = segments[0]!
  return {
    ...rest,
    reward: reward.total, taskReward: taskReward(reward), parts: numberedParts(reward.parts),
    stopReason: own.stopReason,
    completionTokens: writtenCount(own),
    kept: filter?.kept ?? null,
    advantage: meanOver(segments.map(({ advantages, mask }) => (advantages ?? []).filter((_, t) => mask[t] !== 0))),
    meanLogprob: meanOver([written_T(own, own.logprobs)]),
    meanEntropy: meanOver([written_T(own, own.entropies)])
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
