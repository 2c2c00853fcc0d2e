import { z } from 'zod'
import { readableJson } from '../../sandbox/readableJson.ts'
import { NO_REPORT } from './testRunner.ts'
import type { TestReport, TestResult } from './testRunner.ts'

const Text = z.string().transform((text) => text.slice(0, 4000))
const Result = z.object({
  name: z.string().max(4000),
  status: z.enum(['passed', 'failed', 'skipped']),
  file: Text.optional(),
  seconds: z.number().nonnegative().catch(0),
  output: z.string().transform((text) => text.slice(0, 20_000)).optional(),
  failure: z.object({ kind: z.enum(['assertion', 'exception', 'timeout']), message: Text, expected: Text.optional(), got: Text.optional() }).optional()
})
const Line = z.union([
  Result, z.object({ began: z.string().max(4000) }), z.object({ finished: z.literal(true) }), z.object({ connected: z.literal(true) }), z.object({ boundary: Text }),
  z.object({ need: Text }), z.object({ printed: z.string() })
])

/**
 * The lines that our reporters write on the channel of reports. A test that is told twice went as the worse of the two says. What the
 * candidate printed between the beginning of a test and its result is that test's, and anything else nobody's.
 */
export function parseReportLines(text: string): TestReport {
  const report = { ...NO_REPORT, results: [] as TestResult[], began: [] as string[], needs: [] as string[], printed: '' }
  let printed = ''
  for (const line of text.split('\n')) {
    const parsed = Line.safeParse(readableJson(line))
    if (!parsed.success) continue
    const said = parsed.data
    if ('status' in said) report.results.push(withoutAbsent(said.output === undefined ? said : { ...said, output: printed + said.output }))
    else if ('printed' in said) [printed, report.printed] = [printed + said.printed, report.printed + said.printed]
    else if ('began' in said) report.began.push(said.began)
    else if ('need' in said) report.needs.push(said.need)
    else if ('boundary' in said) report.boundary = said.boundary
    else if ('connected' in said) report.connected = true
    else report.finished = true
    if ('status' in said || 'began' in said) printed = ''
  }
  return report
}

function withoutAbsent({ failure, file, output, ...result }: z.infer<typeof Result>): TestResult {
  return { ...result, ...(file !== undefined && { file }), ...(output !== undefined && { output }), ...(failure !== undefined && { failure }) }
}
