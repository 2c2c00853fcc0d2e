import { parseReportLines } from './reportLines.ts'
import type { TestRunner } from './testRunner.ts'

/** Names of tests are node ids, from the project's folder. */
export const pytest: TestRunner = {
  async command({ testFiles }, { python }) {
    const { program, readable } = await python()
    return { command: [program, '-m', 'pytest', '-q', '-p', 'lab_boundary.plugin', '-p', 'no:cacheprovider', '--rootdir', '.', ...testFiles], readable, environment: {} }
  },
  parse: parseReportLines
}
