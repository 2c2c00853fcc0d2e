import { compareOutput } from '../../graders/compareOutput.ts'
import { compareRows } from '../../graders/compareRows.ts'
import { compareValues } from '../../graders/compareValues.ts'
import type { Comparison } from '../../graders/compareValues.ts'
import type { TestCase, TestRun, TestVerdict } from '../../protocol/execution.ts'
import type { CallEnd, CallOutcome } from '../sandbox.ts'
import { cutLine, cutText } from './cutText.ts'
import { shownGot, shownTest } from './shownTest.ts'

/** Of what a candidate printed, in a record. */
const OUTPUT_CHARACTERS = 2000
const WHY_CHARACTERS = 400

/**
 * The verdict on one test. Made here, of what the candidate's process emitted and of what is expected, which that process never saw:
 * an end that is no answer to this test is `noResult`, whatever the candidate says of itself.
 * @param outcome undefined where nothing came for this test.
 */
export function judgeCall(test: TestCase, outcome: CallOutcome | undefined): TestRun {
  const { verdict, why } = outcome ? judgeSafely(test, outcome) : noResult('the program gave no answer to this test')
  const output = cutText(outputOf(outcome), OUTPUT_CHARACTERS)
  const got = outcome && shownGot(outcome)
  return {
    name: test.name, visible: test.visible, fresh: test.fresh,
    verdict, why: cutLine(why, WHY_CHARACTERS),
    ...shownTest(test, outcome),
    ...(got !== undefined && { got }),
    output: output.text, outputCut: output.cut || (outcome?.outputCut ?? false),
    seconds: outcome && Number.isFinite(outcome.seconds) ? Math.max(0, outcome.seconds) : 0
  }
}

/** A test that was not judged: the machine failed, not the candidate. */
export const notJudged = (test: TestCase, why: string): TestRun => ({
  name: test.name, visible: test.visible, fresh: test.fresh, verdict: null, why: cutLine(why, WHY_CHARACTERS), ...shownTest(test, undefined),
  output: '', outputCut: false, seconds: 0
})

interface Judged {
  readonly verdict: TestVerdict
  readonly why: string
}

const noResult = (why: string): Judged => ({ verdict: 'noResult', why })

/** An answer that is too large or too deep to be compared is none: the candidate made it, so it is not the machine's failure. */
function judgeSafely(test: TestCase, outcome: CallOutcome): Judged {
  try {
    return judgeEnd(test, outcome)
  } catch (error) {
    if (error instanceof RangeError) return noResult('the answer is too large to be compared')
    throw error
  }
}

function judgeEnd(test: TestCase, { end, stdout, outputCut }: CallOutcome): Judged {
  switch (end.ended) {
    case 'value':
      return test.style === 'call' ? compared(compareValues(end.value, test.expected, test.tolerance)) : foreign(test, end)
    case 'rows':
      return test.style === 'query' ? compared(compareRows(end.rows, end.goldRows, test.ordered)) : foreign(test, end)
    case 'exit':
      return test.style === 'stdin' ? judgeExit(end.code, stdout, outputCut, test.expected) : foreign(test, end)
    default:
      return { verdict: end.ended, why: end.message === '' ? WHY[end.ended] : `${WHY[end.ended]}: ${end.message}` }
  }
}

const WHY: Readonly<Record<Exclude<TestVerdict, 'pass' | 'wrongValue'>, string>> = {
  exception: 'the program failed',
  timeout: 'the program did not end in time',
  memory: 'the program took more memory than it may',
  outputLimit: 'the program printed more than it may',
  forbidden: 'the program did what it may not',
  noResult: 'the program ended without an answer'
}

/** A program that ended well is judged by all that it printed. */
function judgeExit(code: number, stdout: string, outputCut: boolean, expected: string): Judged {
  if (code !== 0) return { verdict: 'exception', why: `the program ended with code ${code}` }
  return outputCut ? { verdict: 'outputLimit', why: WHY.outputLimit } : compared(compareOutput(stdout, expected))
}

const compared = ({ equal, why }: Comparison): Judged => ({ verdict: equal ? 'pass' : 'wrongValue', why })
const foreign = (test: TestCase, end: CallEnd): Judged => noResult(`${WHY.noResult}: a test by ${test.style} cannot end in ${end.ended}`)

function outputOf(outcome: CallOutcome | undefined): string {
  if (!outcome) return ''
  const { stdout, stderr } = outcome
  return stdout === '' || stderr === '' || stdout.endsWith('\n') ? stdout + stderr : `${stdout}\n${stderr}`
}
