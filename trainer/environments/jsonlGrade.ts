import { compareNumbers, lastNumber, parseNumber } from '../graders/numeric.ts'
import { quote } from '../graders/quote.ts'
import { formatRational } from '../graders/rational.ts'
import { compileRegex } from '../graders/regex.ts'
import { compareTexts, normaliseText } from '../graders/text.ts'
import type { Verdict } from './environment.ts'
import type { JsonlOptions } from './jsonl.ts'
import { right, wrong } from './verdict.ts'

/** The expected answer of a gold column: what follows the last marker (GSM8K: `… #### 42`), or all of it. */
export function goldAnswer(gold: string, options: JsonlOptions): string {
  const at = options.grader === 'regex' ? -1 : gold.lastIndexOf(options.marker)
  return (at < 0 ? gold : gold.slice(at + options.marker.length)).trim()
}

/** Why a gold value cannot be graded against; null = it can. */
export function goldFault(gold: string, options: JsonlOptions): string | null {
  const answer = goldAnswer(gold, options)
  if (answer.length === 0) return 'has an empty expected answer'
  if (options.grader === 'numeric') {
    const parsed = parseNumber(answer)
    return parsed.ok ? null : `has an expected answer that cannot be read: ${parsed.why}`
  }
  if (options.grader === 'regex') {
    const compiled = compileRegex(answer)
    return compiled.ok ? null : `has a pattern that is refused: ${compiled.why}`
  }
  return null
}

/** Compares the answer found in a completion with the expected one. */
export function gradeAnswer(answer: { readonly text: string; readonly marked: boolean }, gold: string, options: JsonlOptions): Verdict {
  const text = answer.marked || options.fallback !== 'lastNumber' ? answer.text : lastNumber(answer.text)
  if (text === null) return wrong(null, 'No answer: there is no number in the text.')
  const { equal, why } = compareAs(text, gold, options)
  const sentence = `${equal ? 'Right' : 'Wrong'}: ${why}.`
  return equal ? right(text, sentence) : wrong(text, sentence)
}

/** `1/2`, `0.5` and `50%` are one number, `Paris` and `paris` one text where case is ignored: they vote together. `50%` and `50` do not: only the expected answer tells them alike. */
export function voteKeyOf(answer: string, options: JsonlOptions): string {
  if (options.grader === 'exact') return normaliseText(answer, options)
  const parsed = options.grader === 'numeric' ? parseNumber(answer) : undefined
  return parsed?.ok ? formatRational(parsed.value) : answer
}

function compareAs(text: string, gold: string, options: JsonlOptions): { readonly equal: boolean; readonly why: string } {
  if (options.grader === 'numeric') return compareNumbers(text, gold, { absolute: options.absoluteTolerance, relative: options.relativeTolerance })
  if (options.grader === 'exact') return compareTexts(text, gold, options)
  const compiled = compileRegex(gold)
  if (!compiled.ok) return { equal: false, why: `the pattern is refused: ${compiled.why}` }
  const equal = compiled.value.matches(text)
  return { equal, why: `${quote(text)} ${equal ? 'matches' : 'does not match'} the pattern ${quote(gold)}` }
}
