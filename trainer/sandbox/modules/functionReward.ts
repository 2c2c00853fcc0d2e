import { basename } from 'node:path'
import { LabError } from '../../errors.ts'
import type { PartScore, RewardFunction, RewardInput } from '../../rewards/reward.ts'
import { checkAnswer, FunctionScore } from './moduleAnswers.ts'
import { callInBatches } from './rewardCaller.ts'
import type { RewardAnswer, RewardArguments, RewardCaller } from './rewardCaller.ts'
import type { UserOptions } from './userModule.ts'

/** A function of a reward file as a reward part. It keeps its own deadline, counted from the moment that its turn comes. */
export function functionReward(caller: RewardCaller, part: { readonly name: string; readonly path: string; readonly options: UserOptions }): RewardFunction {
  const scores = (answer: RewardAnswer | LabError): PartScore => scoreOf(answer, part)
  return {
    name: part.name,
    ownDeadline: true,
    score: async (input, signal) => scores((await caller.call([argumentsOf(input, part.options)], signal))[0]!),
    scoreMany: async (inputs, signal) => (await callInBatches(caller, inputs.map((input) => argumentsOf(input, part.options)), signal)).map((answer) => caught(() => scores(answer)))
  }
}

function argumentsOf({ problem, completion, ...run }: RewardInput, options: UserOptions): RewardArguments {
  return [problem, completion, run, options]
}

function scoreOf(answer: RewardAnswer | LabError, { name, path }: { readonly name: string; readonly path: string }): PartScore {
  if (answer instanceof LabError) throw answer
  if ('value' in answer) return checkAnswer(FunctionScore, answer.value, name)
  const place = answer.line > 0 ? ` (${basename(path)}:${answer.line})` : ''
  throw new LabError('sandbox', 'sandbox/module-threw', `${answer.error}${place}`, { place: path, remedy: 'Correct the reward.' })
}

function caught(score: () => PartScore): PartScore | Error {
  try {
    return score()
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}
