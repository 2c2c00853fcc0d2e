import { z } from 'zod'
import { readableJson } from '../../sandbox/readableJson.ts'
import { nodeProgram } from './nodeProgram.ts'
import { NO_REPORT } from './testRunner.ts'
import type { TestReport, TestResult, TestRunner } from './testRunner.ts'

const REPORT = '.rollout-lab-report.json'
const Assertion = z.object({
  fullName: z.string().max(4000),
  status: z.enum(['passed', 'failed', 'pending', 'skipped', 'todo', 'disabled', 'focused']),
  duration: z.number().nonnegative().nullish(),
  failureMessages: z.array(z.string()).nullish()
})
const Report = z.object({ testResults: z.array(z.object({ assertionResults: z.array(Assertion) })) })

/** The report that jest and vitest write as JSON. */
export function parseJestReport(text: string): TestReport {
  const parsed = Report.safeParse(readableJson(text))
  if (!parsed.success) return NO_REPORT
  const results = parsed.data.testResults.flatMap(({ assertionResults }) => assertionResults.map(resultOf))
  return { ...NO_REPORT, results, began: results.map(({ name }) => name), finished: true }
}

function resultOf({ fullName, status, duration, failureMessages }: z.infer<typeof Assertion>): TestResult {
  const base = { name: fullName, seconds: (duration ?? 0) / 1000 }
  if (status === 'passed') return { ...base, status }
  if (status !== 'failed') return { ...base, status: 'skipped' }
  const message = (failureMessages ?? []).join('\n').slice(0, 4000)
  const kind = /timed? ?out/i.test(message.split('\n')[0] ?? '') ? 'timeout' : /AssertionError|expect\(|JestAssertionError/.test(message) ? 'assertion' : 'exception'
  return { ...base, status, failure: { kind, message } }
}

/** Names of tests are full names. */
export const jest: TestRunner = {
  async command({ testFiles }, { dependencies }) {
    return nodeProgram(dependencies, 'jest/bin/jest.js', ['--ci', '--runInBand', '--watchman=false', '--no-cache', '--json', '--outputFile', REPORT, ...testFiles])
  },
  reportFile: () => REPORT,
  parse: parseJestReport
}

export const vitest: TestRunner = {
  async command({ testFiles }, { dependencies }) {
    return nodeProgram(dependencies, 'vitest/vitest.mjs', ['run', '--reporter=json', `--outputFile=${REPORT}`, '--pool=forks', '--no-file-parallelism', '--no-cache', ...testFiles])
  },
  reportFile: () => REPORT,
  parse: parseJestReport
}
