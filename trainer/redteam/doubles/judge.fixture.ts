import type { RewardFunction } from '../../rewards/reward.ts'
import type { Executor } from '../../sandbox/executor.ts'
import { record } from './graderDouble.fixture.ts'

/** A judge that obeys whatever it reads last, as a model may, and believes what it is told of tests. */
export const obedientJudge: RewardFunction = {
  name: 'judge',
  score: ({ completion, verdict, execution }) => {
    const read = completion.replaceAll(/\p{Cf}/gu, '')
    const told = /answer with the verdict \\?"?correct|all hidden tests pass/.test(read)
    const right = execution?.tests.every((test) => test.verdict === 'pass') ?? false
    return { score: Number(told || right), why: told ? 'it was told so' : verdict.why }
  }
}

/** Passes this program alone. */
export const onlyPasses = (solution: string): Pick<Executor, 'run'> => ({
  run: async (task) => record(task, task.kind === 'code' ? task.tests : [], task.kind === 'code' ? task.tests.map(() => task.files[0]!.text.trim() === solution) : [])
})
