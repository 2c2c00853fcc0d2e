import type { Rational } from './rational.ts'
import { add, divide, multiply, rational, subtract } from './rational.ts'

/*
 * The one grammar of written numbers, as sources of regular expressions with the flag `u`: what is read as a whole answer and what
 * is found in a text. Each named group occurs once. Lookbehinds hold at the start of a text, so they only bind the search.
 */

const LARGEST_EXPONENT = 30

/** Behind these a minus subtracts, blanks between or not: `10 - 3`, `(a) -3`, `10%-20%`, `$10$ - $3$`. */
const BEHIND_NO_TERM = String.raw`(?<![\p{N})\]}%°][$€£]?[ \t]*)`
/** Directly behind these it is a hyphen or a part of a dash: `GPT-4`, `x-3`, `so--5`. */
const BEHIND_NO_WORD = String.raw`(?<![\p{L}\-−–])`
/** From a variable it subtracts: `x - 3`, `x -3`. The article is none where the minus clings to its number: `a -5% change`. */
const BEHIND_NO_LETTER = String.raw`(?<!(?<!\p{L})[^\P{L}aA][ \t]+)`
/** With a blank behind, it is a sign after a word (`is - 5`), subtracts from `a`, and marks an item at the start of a later line. */
const NO_ITEM = String.raw`(?<!(?<!\p{L})[aA][ \t]+)(?<!\n[ \t]*)`
const SIGN = String.raw`(?=[-+−–])${BEHIND_NO_TERM}${BEHIND_NO_WORD}${BEHIND_NO_LETTER}(?:[-+−–](?! )|${NO_ITEM}[-+−] )`
const CURRENCY = '[$€£] ?'
const PREFIX = `(?<prefix>${SIGN}(?:${CURRENCY})?|${CURRENCY}(?:${SIGN})?|)`

const INTEGER = '(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)'
/** A point may lead where it ends no sentence, no abbreviation and no other number. */
const DECIMAL = String.raw`(?:${INTEGER}(?:\.[0-9]+)?|(?<![\p{L}\p{N}.)\]}])\.[0-9]+)`
/** Keeps the search from taking the first digits of a longer number. */
const ENDED = String.raw`(?![0-9]|\.[0-9])`
const OVER = ' ?[/⁄] ?'
const MIXED = `(?<whole>${INTEGER}) (?<above>[0-9]+)${OVER}(?<below>[0-9]+)${ENDED}`
const FRACTION = `(?<numerator>${DECIMAL})${OVER}(?<denominator>${DECIMAL})`
const EXPONENT = String.raw`(?:[eE](?<exponent>[-+−]?[0-9]+)${ENDED}| ?[×·*x] ?10\^(?<power>[-+−]?[0-9]+)${ENDED})`
const NUMBER = String.raw`${PREFIX}(?:${MIXED}|${FRACTION}|(?<decimal>${DECIMAL})${EXPONENT}?)(?<percent>\s*%)?`

const ONE_NUMBER = new RegExp(`^${NUMBER}$`, 'u')

/** `^2`, `^{10}`, `^(10)`, `²`, and what else makes another number of the one before it: `½`. */
const POWER = String.raw`(?:\^(?:\{[^{}]{0,20}[0-9][^{}]{0,20}\}|\([^()]{0,20}[0-9][^()]{0,20}\)| ?[-+−]?[0-9.,]*[0-9])|\p{No}+)`

/**
 * Finds numbers in a text: those that `readNumber` reads are in the group `number`. A power is found together with its base, which
 * `readNumber` then refuses: neither `2` nor `10` is the number in `2^10`. A power of anything else (`m^2`) matches without the group.
 */
export const NUMBERS = new RegExp(`${POWER}|(?<number>${NUMBER}${POWER}?)`, 'gu')

/**
 * The exact value of one number: `42`, `-1,234.50`, `−5`, `- 5`, `$ 3`, `$-3`, `.5`, `3/4`, `1 1/2`, `12%` (= 12/100), `6.02e23`,
 * `6.02 × 10^23`. ASCII digits only. null for anything else, a division by zero, and powers of ten beyond 10^±30.
 */
export function readNumber(text: string): Rational | null {
  const parts = ONE_NUMBER.exec(text)?.groups
  if (parts === undefined) return null
  const size = sizeOf(parts)
  const shared = size === null || parts.percent === undefined ? size : divide(size, rational(100))
  return shared !== null && /[-−–]/.test(parts.prefix!) ? subtract(rational(0), shared) : shared
}

/** Whether it is one number with a percent sign. */
export const isPercentage = (text: string): boolean => ONE_NUMBER.exec(text)?.groups?.percent !== undefined

/** A group is undefined where its alternative was not taken. */
type Parts = Readonly<Record<string, string | undefined>>

function sizeOf({ whole, above, below, numerator, denominator, decimal, exponent, power }: Parts): Rational | null {
  if (whole !== undefined) return sumOrNull(decimalOf(whole), divide(decimalOf(above!), decimalOf(below!)))
  if (numerator !== undefined) return divide(decimalOf(numerator), decimalOf(denominator!))
  return scaled(decimalOf(decimal!), Number((exponent ?? power ?? '0').replace('−', '-')))
}

const sumOrNull = (a: Rational, b: Rational | null): Rational | null => (b === null ? null : add(a, b))

function decimalOf(text: string): Rational {
  const [whole, places = ''] = text.replaceAll(',', '').split('.')
  return rational(BigInt(`${whole}${places}`), 10n ** BigInt(places.length))
}

function scaled(value: Rational, exponent: number): Rational | null {
  if (Math.abs(exponent) > LARGEST_EXPONENT) return null
  const power = rational(10n ** BigInt(Math.abs(exponent)))
  return exponent < 0 ? divide(value, power) : multiply(value, power)
}
