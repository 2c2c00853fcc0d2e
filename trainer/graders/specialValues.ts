/** A value as JSON says it. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue }

/** The only key of an object that stands for a value which JSON cannot say without loss. */
const SPECIAL = '$special'

/** What the object stands for; `bigint` for an integer beyond ±2^53, `undefined` as a value of its own. */
export type Special = { readonly kind: 'number'; readonly value: number } | { readonly kind: 'integer'; readonly value: bigint } | { readonly kind: 'undefined' }

/** Longer integers are compared as text no more: reading them takes more than linear time. */
const LONGEST_INTEGER = 20_000

const NUMBERS: Readonly<Record<string, number>> = { NaN: NaN, Infinity: Infinity, '-Infinity': -Infinity }

/** `{ "$special": "NaN" }` and its like; null for every other value. */
export function readSpecial(value: JsonValue): Special | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const keys = Object.keys(value)
  const name = keys.length === 1 && keys[0] === SPECIAL ? (value as { readonly [SPECIAL]: JsonValue })[SPECIAL] : null
  if (typeof name !== 'string') return null
  if (Object.hasOwn(NUMBERS, name)) return { kind: 'number', value: NUMBERS[name]! }
  if (name === 'undefined') return { kind: 'undefined' }
  return name.length <= LONGEST_INTEGER && /^-?[0-9]+$/.test(name) ? { kind: 'integer', value: BigInt(name) } : null
}

/** The value as it crosses a boundary, for values that tests and environments are written with. */
export function writeSpecial(value: number | bigint | undefined): JsonValue {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  return typeof value === 'bigint' && BigInt(Number(value)) === value && Number.isSafeInteger(Number(value)) ? Number(value) : { [SPECIAL]: String(value) }
}
