import { quote } from './quote.ts'
import { readSpecial } from './specialValues.ts'
import type { JsonValue, Special } from './specialValues.ts'
import { showValue } from './showValue.ts'

export interface Comparison {
  readonly equal: boolean
  /** One sentence for people. */
  readonly why: string
}

/**
 * Whether a value that a candidate gave is the expected one. Kinds are never mixed: `1` is not `true`, `"1"` not `1`, `[]` not `{}`,
 * a missing value not null. Numbers are numbers (`2` is `2.0`, `-0` is `0`); NaN is expected where it is expected; integers beyond
 * ±2^53 are compared exactly. Neither a method nor the order of the keys of a value can take part.
 * @param tolerance allowed difference of two finite numbers: |got − expected| ≤ tolerance · max(1, |expected|).
 */
export function compareValues(got: JsonValue, expected: JsonValue, tolerance = 0): Comparison {
  const difference = differenceOf(got, expected, tolerance, '')
  return difference === null ? { equal: true, why: `${showValue(got, 80)} is the expected value` } : { equal: false, why: difference }
}

/** Why the values differ, null where they do not. Goes no deeper than what is expected is. */
function differenceOf(got: JsonValue, expected: JsonValue, tolerance: number, place: string): string | null {
  if (isNumeric(got) && isNumeric(expected)) return sameNumber(got, expected, tolerance) ? null : unequal(got, expected, place)
  if (Array.isArray(expected)) return Array.isArray(got) ? listDifference(got, expected, tolerance, place) : unequal(got, expected, place)
  if (isObject(expected)) return isObject(got) ? objectDifference(got, expected, tolerance, place) : unequal(got, expected, place)
  const key = plainKey(expected)
  return key !== null && plainKey(got) === key ? null : unequal(got, expected, place)
}

type Values = { readonly [key: string]: JsonValue }

const isObject = (value: JsonValue): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value) && readSpecial(value) === null
const isNumeric = (value: JsonValue): boolean => typeof value === 'number' || isNumber(readSpecial(value))
const isNumber = (special: Special | null): boolean => special?.kind === 'number' || special?.kind === 'integer'

/** Of texts, truth values, null and undefined: equal keys are equal values. null for numbers and for what holds other values. */
function plainKey(value: JsonValue): string | null {
  if (typeof value === 'string') return `text ${value}`
  if (value === null || typeof value === 'boolean') return String(value)
  return readSpecial(value)?.kind === 'undefined' ? 'undefined' : null
}

function sameNumber(got: JsonValue, expected: JsonValue, tolerance: number): boolean {
  const [a, b] = [numberOf(got), numberOf(expected)]
  const [x, y] = [Number(a), Number(b)]
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) && Number.isNaN(y)
  if (exactly(a) === exactly(b)) return true
  return Number.isFinite(x) && Number.isFinite(y) && tolerance > 0 && Math.abs(x - y) <= tolerance * Math.max(1, Math.abs(y))
}

function numberOf(value: JsonValue): number | bigint {
  if (typeof value === 'number') return value
  const special = readSpecial(value)
  return special && special.kind !== 'undefined' ? special.value : NaN
}

/** Integers as such, so that a rounded one is not taken for its neighbour; −0 is 0. */
const exactly = (value: number | bigint): number | bigint => (typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value)

function listDifference(got: readonly JsonValue[], expected: readonly JsonValue[], tolerance: number, place: string): string | null {
  if (got.length !== expected.length) return `${at(place)}a list of ${got.length} instead of ${expected.length} values`
  for (const [i, value] of expected.entries()) {
    const difference = differenceOf(got[i]!, value, tolerance, `${place}[${i}]`)
    if (difference !== null) return difference
  }
  return null
}

function objectDifference(got: Values, expected: Values, tolerance: number, place: string): string | null {
  const [keys, wanted] = [Object.keys(got), Object.keys(expected)]
  const missing = wanted.find((key) => !Object.hasOwn(got, key))
  if (missing !== undefined) return `${at(place)}the key ${quote(missing)} is missing`
  const more = keys.find((key) => !Object.hasOwn(expected, key))
  if (more !== undefined) return `${at(place)}the key ${quote(more)} is not expected`
  for (const key of wanted) {
    const difference = differenceOf(got[key]!, expected[key]!, tolerance, `${place}[${JSON.stringify(key).slice(0, 40)}]`)
    if (difference !== null) return difference
  }
  return null
}

const unequal = (got: JsonValue, expected: JsonValue, place: string): string => `${at(place)}${showValue(got, 80)} instead of ${showValue(expected, 80)}`
const at = (place: string): string => (place === '' ? '' : `at ${place}: `)
