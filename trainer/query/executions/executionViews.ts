import { TestVerdict } from '../../protocol/execution.ts'
import type { ExecutionRecord, TestRun } from '../../protocol/execution.ts'
import { TEST_TEXT_CHARACTERS } from '../../protocol/rolloutViews.ts'
import type { ExecutionCard, TestRow } from '../../protocol/rolloutViews.ts'

/** However many there are: a list of more helps nobody. */
const MOST_FILES = 200
const MOST_SIGNALS = 100
const NAME_CHARACTERS = 300

/** What a page shows of an execution before any of its tests: bounded, however long its texts are. */
export function executionCard({ files, tests, signals, limitsHit, failure, ...figures }: ExecutionRecord): ExecutionCard {
  const counted = new Map<string, number>([...TestVerdict.options, 'notJudged'].map((verdict) => [verdict, 0]))
  for (const { verdict } of tests) counted.set(verdict ?? 'notJudged', counted.get(verdict ?? 'notJudged')! + 1)
  return {
    ...figures,
    files: files.slice(0, MOST_FILES).map(({ path, text }) => ({ path: path.slice(0, NAME_CHARACTERS), characters: text.length })),
    tests: tests.length,
    byVerdict: Object.fromEntries(counted) as ExecutionCard['byVerdict'],
    signals: signals.slice(0, MOST_SIGNALS).map(({ kind, why }) => ({ kind, why: beginning(why) })),
    limitsHit: limitsHit.slice(0, MOST_SIGNALS).map((limit) => limit.slice(0, NAME_CHARACTERS)),
    failure: failure === null ? null : beginning(failure)
  }
}

/** Tests in their order, each text cut. */
export const testRows = (tests: readonly TestRun[]): TestRow[] => tests.map(testRow)

function testRow(test: TestRun, index: number): TestRow {
  const texts = [test.name, test.why, test.input, test.expected, test.got, test.output]
  return {
    ...test, index, name: test.name.slice(0, NAME_CHARACTERS), why: beginning(test.why), output: beginning(test.output),
    ...(test.input !== undefined && { input: beginning(test.input) }),
    ...(test.expected !== undefined && { expected: beginning(test.expected) }),
    ...(test.got !== undefined && { got: beginning(test.got) }),
    cut: texts.some((text) => text !== undefined && text.length > TEST_TEXT_CHARACTERS)
  }
}

/** The first UTF-16 units, without half a character at the end. */
const beginning = (text: string): string => (text.length <= TEST_TEXT_CHARACTERS ? text : text.slice(0, TEST_TEXT_CHARACTERS).replace(/[\uD800-\uDBFF]$/, ''))
