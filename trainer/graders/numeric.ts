import type { Parsed } from './expression.ts'
import { bareNumber, plainNumbers } from './latexNumbers.ts'
import { isPercentage, NUMBERS, readNumber } from './numberGrammar.ts'
import { quote } from './quote.ts'
import type { Rational } from './rational.ts'
import { absolute, compare, formatRational, multiply, rational, subtract } from './rational.ts'

/** How far an answer may be from the expected value: at most `absolute`, or at most `relative` × |expected|. */
export interface Tolerance {
  readonly absolute: number
  readonly relative: number
}

export const EXACT: Tolerance = { absolute: 0, relative: 0 }

const LONGEST_NUMBER = 64
/** With its LaTeX and its unit. */
const LONGEST_ANSWER = 256

/**
 * Reads one number as people write answers: what `readNumber` reads, with a full stop at the end allowed, and in the LaTeX and
 * Markdown that `bareNumber` lists. Exact. Other units and anything else are refused with a reason.
 */
export function parseNumber(text: string): Parsed<Rational> {
  const trimmed = text.trim()
  if (trimmed.length === 0) return { ok: false, why: 'there is no number' }
  if (trimmed.length > LONGEST_ANSWER) return tooLong(trimmed, LONGEST_ANSWER)
  const bare = bareNumber(trimmed)
  if (bare.length > LONGEST_NUMBER) return tooLong(bare, LONGEST_NUMBER)
  const value = readNumber(bare)
  return value === null ? { ok: false, why: `${quote(trimmed)} is not a number` } : { ok: true, value }
}

const tooLong = ({ length }: string, most: number): Parsed<Rational> => ({ ok: false, why: `the number has ${length} characters, more than ${most}` })

/** Characters from the end that are searched: digits and commas without end cost quadratic time. */
const MOST_SEARCHED = 4000

/**
 * The last number of a free text, as written but for LaTeX (`\frac{1}{2}` is `1/2`); null where there is none near its end. What
 * looks like a number and is none that `parseNumber` reads (`1e999`, `2^10`) is given as well: a part of it is not the answer.
 */
export function lastNumber(text: string): string | null {
  const cut = text.length > MOST_SEARCHED
  let last: string | null = null
  for (const { index, groups } of plainNumbers(text.slice(-MOST_SEARCHED)).matchAll(NUMBERS)) {
    // Where the text was cut, a number may have lost its beginning.
    if (index > 0 || !cut) last = groups?.number ?? last
  }
  return last
}

export function withinTolerance(answer: Rational, expected: Rational, tolerance: Tolerance): boolean {
  const distance = absolute(subtract(answer, expected))
  const allowed = [fromDouble(tolerance.absolute), multiply(fromDouble(tolerance.relative), absolute(expected))]
  return allowed.some((limit) => compare(distance, limit) <= 0)
}

/** The exact value of a finite double. */
function fromDouble(value: number): Rational {
  let denominator = 1n
  let scaledValue = value
  while (!Number.isInteger(scaledValue)) {
    scaledValue *= 2
    denominator *= 2n
  }
  return rational(BigInt(scaledValue), denominator)
}

/**
 * Whether two written numbers are equal within the tolerance, with the reason. Where one alone has a percent sign, equal without it is
 * equal as well: a question that asks for a percentage has `50` for its answer as often as `50%`, and MATH's own comparison strips the sign.
 */
export function compareNumbers(answer: string, expected: string, tolerance: Tolerance = EXACT): { readonly equal: boolean; readonly why: string } {
  const [found, wanted] = [parseNumber(answer), parseNumber(expected)]
  if (!found.ok) return { equal: false, why: found.why }
  if (!wanted.ok) return { equal: false, why: `the expected answer cannot be read: ${wanted.why}` }
  const asWritten = compareValues(found.value, wanted.value, tolerance)
  const [ofAnswer, ofExpected] = [answer, expected].map((text) => isPercentage(bareNumber(text.trim())))
  if (asWritten.equal || ofAnswer === ofExpected) return asWritten
  const [a, b] = [found.value, wanted.value]
  const unsigned = ofAnswer ? compareValues(multiply(a, HUNDRED), b, tolerance) : compareValues(a, multiply(b, HUNDRED), tolerance)
  return unsigned.equal ? { equal: true, why: `without the percent sign ${unsigned.why}` } : asWritten
}

const HUNDRED = rational(100)

function compareValues(found: Rational, wanted: Rational, tolerance: Tolerance): { readonly equal: boolean; readonly why: string } {
  const equal = withinTolerance(found, wanted, tolerance)
  const [a, b] = [formatRational(found), formatRational(wanted)]
  return { equal, why: a === b ? `${a} is the expected value` : `${a} is ${equal ? 'within the tolerance of' : 'not'} the expected ${b}` }
}
