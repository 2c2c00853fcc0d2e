import type { RewardEdit } from '../protocol/events.ts'
import type { StagePlan } from './runPlan.ts'
import type { Session } from './session.ts'

/**
 * Takes up what people edited in the files of rewards: between two steps, so that all rollouts of a step are scored alike. Tells what
 * was taken up and what was not; returns what scores the step to come.
 */
export async function reloadRewards({ journal }: Pick<Session, 'journal'>, { rewards }: Pick<StagePlan, 'rewards'>, step: number): Promise<RewardEdit[]> {
  const reloaded = await Promise.all(rewards.map(({ reward }) => reward.reload?.()))
  return reloaded.flatMap((edit) => {
    if (!edit) return []
    const { news, ...used } = edit
    if (news) journal.event({ type: 'warning', step, ...news })
    return [used]
  })
}
