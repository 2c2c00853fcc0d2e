import { checkAnswer, FunctionAnswers } from './moduleAnswers.ts'
import type { ModulePool } from './modulePool.ts'
import type { RewardCaller } from './rewardCaller.ts'

/** A function of a reward file that needs more than a sandbox has: it runs after approval, in the process of a module. */
export function moduleCaller(pool: ModulePool, functionName: string, deadlineSeconds: number): RewardCaller {
  return {
    call: async (inputs, signal) => {
      const answers = await pool.call('function.scores', [functionName, inputs], { seconds: deadlineSeconds, signal })
      return checkAnswer(FunctionAnswers, answers, functionName).map((answer) => ('error' in answer ? answer : { value: answer.value ?? null }))
    },
    close: () => pool.close()
  }
}
