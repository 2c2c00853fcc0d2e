import { z } from 'zod'
import type { RewardFunction } from './reward.ts'

export const StepsOptions = z.strictObject({})

/** Share of the checkable steps that are true, in [0, 1]; 0 for a trace without any, so that leaving steps out never pays. */
export function stepsReward(): RewardFunction {
  return {
    name: 'steps',
    score: ({ steps }) => {
      const checkable = steps.filter(({ ok }) => ok !== null)
      const right = checkable.filter(({ ok }) => ok).length
      if (checkable.length === 0) return { score: 0, why: 'no checkable step' }
      const firstWrong = checkable.find(({ ok }) => !ok)
      const why = `${right} of ${checkable.length} checkable steps true${firstWrong ? `; first wrong: ${firstWrong.why}` : ''}`
      return { score: right / checkable.length, why }
    }
  }
}
