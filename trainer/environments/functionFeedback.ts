import type { ExecutionRecord, TestRun } from '../protocol/execution.ts'
import { formatExample, numberWord } from './functionExamples.ts'
import type { NamedExample } from './functionTrace.ts'

/** Words of what a model is told of an execution. */
export const FEEDBACK_WORDS: readonly string[] = ['|', 'got', 'error', 'hidden', 'no']

/** Stands before what a model is told, and “:” after it. */
const told = (text: string): string => `| ${text} :`

/** `| p 3 4 > 15 got 13 :`; without a value `| p 3 4 > 15 got error :`. */
export const tellTest = ({ letter, example }: NamedExample, got: string | null): string => told(`${formatExample(example, letter)} got ${got ?? 'error'}`)

/** That a test failed which is kept back. */
export const TELL_HIDDEN = told('hidden no')
/** That some test failed. */
export const TELL_FAILED = told('no')

/**
 * The first of these tests that failed, with what the program gave there. All of it is in words of a small vocabulary: nothing that a
 * candidate printed or threw reaches the prompt.
 */
export function tellExecution({ tests }: ExecutionRecord, tellable: readonly NamedExample[]): string {
  for (const named of tellable) {
    const failed = tests.find((test) => test.visible && test.name === named.letter && test.verdict !== 'pass')
    if (failed) return tellTest(named, gotWord(failed))
  }
  return TELL_HIDDEN
}

function gotWord({ verdict, got }: TestRun): string | null {
  return verdict === 'wrongValue' && got !== undefined && /^-?[0-9]{1,3}$/.test(got) ? numberWord(Number(got)) : null
}
