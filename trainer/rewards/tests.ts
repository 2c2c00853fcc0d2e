import { z } from 'zod'
import { TestScoring } from '../protocol/execution.ts'
import type { TestRun } from '../protocol/execution.ts'
import type { RewardFunction } from './reward.ts'

export const TestsOptions = z.strictObject({ scoring: TestScoring.default('all') })
type TestsOptions = z.output<typeof TestsOptions>

/** The tests that the program passes, as a score in [0, 1]; null where the machine could not run them. */
export function testsReward({ scoring }: TestsOptions): RewardFunction {
  return {
    name: 'tests',
    score: ({ execution, verdict }) => {
      if (!execution) return { score: 0, why: verdict.why }
      if (execution.failure !== null) return { score: null, why: execution.failure }
      const passed = execution.tests.filter((test) => test.verdict === 'pass').length
      const first = execution.tests.find((test) => test.verdict !== 'pass')
      const told = first ? `; ${first.name}: ${first.why}` : ''
      return { score: scoreOf(execution.tests, scoring), why: `${passed} of ${execution.tests.length} tests pass${told}` }
    }
  }
}

/** In [0, 1]. A run without tests is worth nothing, whatever it says of itself. */
export function scoreOf(tests: readonly Pick<TestRun, 'verdict'>[], scoring: TestScoring): number {
  if (tests.length === 0) return 0
  const firstFailed = tests.findIndex(({ verdict }) => verdict !== 'pass')
  if (scoring === 'all') return Number(firstFailed < 0)
  const passed = scoring === 'partial' ? tests.filter(({ verdict }) => verdict === 'pass').length : firstFailed < 0 ? tests.length : firstFailed
  return passed / tests.length
}
