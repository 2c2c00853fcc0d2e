import type { Parsed } from './expression.ts'
import { quote } from './quote.ts'
import type { Rational } from './rational.ts'
import { absolute, add, compare, divide, formatRational, multiply, rational, subtract } from './rational.ts'

/** How far an answer may be from the expected value: at most `absolute`, or at most `relative` × |expected|. */
export interface Tolerance {
  readonly absolute: number
  readonly relative: number
}

export const EXACT: Tolerance = { absolute: 0, relative: 0 }

const LONGEST_NUMBER = 64
const LARGEST_EXPONENT = 30
const UNSIGNED = /^(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?$|^\.[0-9]+$/

/**
 * Reads one number as people write answers: `42`, `-1,234.50`, `$ 3`, `3/4`, `1 1/2`, `12%` (= 12/100), `6.02e23`, with a full
 * stop at the end allowed. ASCII digits only; exact. Units and anything else are refused with a reason.
 */
export function parseNumber(text: string): Parsed<Rational> {
  const trimmed = text.trim()
  if (trimmed.length === 0) return { ok: false, why: 'there is no number' }
  if (trimmed.length > LONGEST_NUMBER) return { ok: false, why: `the number has ${trimmed.length} characters, more than ${LONGEST_NUMBER}` }
  const value = parsePercent(withoutDecoration(trimmed))
  return value === null ? { ok: false, why: `${quote(trimmed)} is not a number` } : { ok: true, value }
}

/** Without a final full stop and without a currency sign after the optional minus. */
function withoutDecoration(text: string): string {
  return text.replace(/(?<=[0-9%])\.$/, '').replace(/^([-+]?) ?[$€£] ?/, '$1')
}

function parsePercent(text: string): Rational | null {
  if (!text.endsWith('%')) return parseSigned(text)
  const value = parseSigned(text.slice(0, -1).trimEnd())
  return value === null ? null : divide(value, rational(100))
}

function parseSigned(text: string): Rational | null {
  const negative = text.startsWith('-')
  const value = parseMagnitude(negative || text.startsWith('+') ? text.slice(1) : text)
  return value === null || !negative ? value : subtract(rational(0), value)
}

function parseMagnitude(text: string): Rational | null {
  const mixed = /^([0-9]+) ([0-9]+) ?\/ ?([0-9]+)$/.exec(text)
  if (mixed !== null) return sumOrNull(decimal(mixed[1]!), fraction(mixed[2]!, mixed[3]!))
  const simple = /^([0-9,]+) ?\/ ?([0-9,]+)$/.exec(text)
  if (simple !== null) return fraction(simple[1]!, simple[2]!)
  const scientific = /^([0-9.]+)[eE]([-+]?[0-9]{1,2})$/.exec(text)
  return scientific === null ? decimal(text) : scaled(decimal(scientific[1]!), Number(scientific[2]))
}

const sumOrNull = (a: Rational | null, b: Rational | null): Rational | null => (a === null || b === null ? null : add(a, b))

function fraction(above: string, below: string): Rational | null {
  const [numerator, denominator] = [decimal(above), decimal(below)]
  return numerator === null || denominator === null ? null : divide(numerator, denominator)
}

function decimal(text: string): Rational | null {
  if (!UNSIGNED.test(text)) return null
  const [whole, places = ''] = text.replaceAll(',', '').split('.')
  return rational(BigInt(`${whole}${places}`), 10n ** BigInt(places.length))
}

function scaled(value: Rational | null, exponent: number): Rational | null {
  if (value === null || Math.abs(exponent) > LARGEST_EXPONENT) return null
  const power = rational(10n ** BigInt(Math.abs(exponent)))
  return exponent < 0 ? divide(value, power) : multiply(value, power)
}

/** Characters from the end that are searched: digits and commas without end cost quadratic time. */
const MOST_SEARCHED = 4000

/** The last number of a free text, as written; null where there is none near its end. */
export function lastNumber(text: string): string | null {
  const pattern = /[-+]?[$€£]?(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?(?:\/[0-9]+)?%?/g
  let last: string | null = null
  for (const match of text.slice(-MOST_SEARCHED).matchAll(pattern)) last = match[0]
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

/** Whether two written numbers are equal within the tolerance, with the reason. */
export function compareNumbers(answer: string, expected: string, tolerance: Tolerance = EXACT): { readonly equal: boolean; readonly why: string } {
  const [found, wanted] = [parseNumber(answer), parseNumber(expected)]
  if (!found.ok) return { equal: false, why: found.why }
  if (!wanted.ok) return { equal: false, why: `the expected answer cannot be read: ${wanted.why}` }
  const equal = withinTolerance(found.value, wanted.value, tolerance)
  const [a, b] = [formatRational(found.value), formatRational(wanted.value)]
  return { equal, why: a === b ? `${a} is the expected value` : `${a} is ${equal ? 'within the tolerance of' : 'not'} the expected ${b}` }
}
