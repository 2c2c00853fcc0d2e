import { z } from 'zod'
import { TamperKind } from '../protocol/execution.ts'
import type { RewardFunction } from './reward.ts'

export const TamperOptions = z.strictObject({ kinds: z.array(TamperKind).min(1).optional().describe('Marks that count; all where left out.') })
type TamperOptions = z.output<typeof TamperOptions>

/** 1 where the execution shows marks of cheating, else 0; null where the machine could not run it. Its weight is negative. */
export function tamperReward({ kinds }: TamperOptions): RewardFunction {
  return {
    name: 'tamper',
    score: ({ execution }) => {
      if (!execution) return { score: 0, why: 'Nothing was run.' }
      if (execution.failure !== null) return { score: null, why: execution.failure }
      const seen = execution.signals.filter(({ kind }) => kinds?.includes(kind) ?? true)
      return { score: Number(seen.length > 0), why: seen.map(({ kind, why }) => `${kind}: ${why}`).join('; ') || 'No mark of cheating.' }
    }
  }
}
