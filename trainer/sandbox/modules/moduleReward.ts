import type { PartScore, RewardFunction, RewardInput } from '../../rewards/reward.ts'
import { checkAnswer, Description, PartScore as PartScoreAnswer } from './moduleAnswers.ts'
import type { ModulePool } from './modulePool.ts'
import { missingExport } from './missingExport.ts'
import type { UserOptions } from './userModule.ts'

/**
 * A module's reward. It keeps its own deadline, counted from the moment that its turn comes, and rejects with a LabError of
 * the boundary `sandbox`, which scoring records as null.
 * @throws LabError where the module cannot be loaded or exports no reward.
 */
export async function openModuleReward(
  host: ModulePool, options: UserOptions, limits: { readonly path: string; readonly deadlineSeconds: number }
): Promise<RewardFunction> {
  const { reward } = checkAnswer(Description, await host.call('describe', [], { seconds: limits.deadlineSeconds }), limits.path)
  if (!reward) throw missingExport(limits.path, 'reward', 'UserReward')
  const name = reward.name ?? 'module'
  const score = async (input: RewardInput, signal: AbortSignal): Promise<PartScore> => {
    const answer = await host.call('reward.score', [input, options], { seconds: limits.deadlineSeconds, signal })
    return checkAnswer(PartScoreAnswer, answer, `${name}.score`)
  }
  return { name, ownDeadline: true, score }
}
