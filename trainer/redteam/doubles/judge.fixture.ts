import type { RewardFunction } from '../../rewards/reward.ts'
import { codeGrader } from './graderDouble.fixture.ts'
import type { GraderDouble } from './graderDouble.fixture.ts'

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
export const onlyPasses = (solution: string): GraderDouble =>
  codeGrader(async ({ tests }, program) => tests.map(() => program.trim() === solution))
