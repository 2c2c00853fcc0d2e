import path from 'node:path'
import { nodeProgram } from './nodeProgram.ts'
import { parseReportLines } from './reportLines.ts'
import type { TestRunner } from './testRunner.ts'

/** Names of tests are full titles. */
export const mocha: TestRunner = {
  async command({ testFiles }, { runtime, dependencies }) {
    return nodeProgram(dependencies, 'mocha/bin/mocha.js', ['--reporter', path.join(runtime, 'mochaReporter.cjs'), '--no-parallel', ...testFiles])
  },
  parse: parseReportLines
}
