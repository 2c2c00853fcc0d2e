import path from 'node:path'
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
const Report = z.object({ testResults: z.array(z.object({ name: z.string().max(4000).optional(), assertionResults: z.array(Assertion) })) })

/** The report that jest and vitest write as JSON. @param project the folder that they ran in, no link on the way to it */
export function parseJestReport(text: string, project: string): TestReport {
  const parsed = Report.safeParse(readableJson(text))
  if (!parsed.success) return NO_REPORT
  const results = parsed.data.testResults.flatMap(({ name, assertionResults }) => assertionResults.map((assertion) => ({ ...resultOf(assertion), ...fileOf(name, project) })))
  return { ...NO_REPORT, results, began: results.map(({ name }) => name), finished: true }
}

/** Both name files by absolute paths. */
function fileOf(name: string | undefined, project: string): Pick<TestResult, 'file'> {
  const file = name === undefined ? '' : path.relative(project, name).replaceAll('\\', '/')
  return file === '' || file.startsWith('..') || path.isAbsolute(file) ? {} : { file }
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
