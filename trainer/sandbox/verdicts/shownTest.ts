import { showValue } from '../../graders/showValue.ts'
import type { TestCase, TestRun } from '../../protocol/execution.ts'
import type { CallOutcome } from '../sandbox.ts'
import { cutText } from './cutText.ts'

const SHOWN_CHARACTERS = 600

/** Input and expectation of a test as people read them. The rows of a gold query are known once it was run. */
export function shownTest(test: TestCase, outcome: CallOutcome | undefined): Pick<TestRun, 'input' | 'expected'> {
  switch (test.style) {
    case 'call':
      return { input: `${test.function}(${test.args.map((value) => shown(value, SHOWN_CHARACTERS / 2)).join(', ').slice(0, SHOWN_CHARACTERS)})`, expected: shown(test.expected) }
    case 'stdin':
      return { input: cutText(test.stdin, SHOWN_CHARACTERS).text, expected: cutText(test.expected, SHOWN_CHARACTERS).text }
    case 'query':
      return { input: cutText(test.schema, SHOWN_CHARACTERS).text, ...(outcome?.end.ended === 'rows' && { expected: shown(outcome.end.goldRows) }) }
  }
}

/** What the candidate answered, undefined where it gave no answer. */
export function shownGot({ end, stdout }: CallOutcome): string | undefined {
  if (end.ended === 'value') return shown(end.value)
  if (end.ended === 'rows') return shown(end.rows)
  return end.ended === 'exit' ? cutText(stdout, SHOWN_CHARACTERS).text : undefined
}

const shown = (value: Parameters<typeof showValue>[0], characters = SHOWN_CHARACTERS): string => showValue(value, characters).toWellFormed()
