import type { Parsed } from './expression.ts'
import { quote } from './quote.ts'

/** Values are digits: arithmetic is modulo 10. */
export const LIST_MODULUS = 10
export type List = readonly number[]

/** A function from lists of digits to lists of digits, total and without state. */
export interface Primitive {
  readonly name: string
  readonly meaning: string
  readonly apply: (list: List) => number[]
  /** Set where the function works element by element. */
  readonly map?: (value: number) => number
}

const map = (name: string, meaning: string, change: (value: number) => number): Primitive => {
  const mapValue = (value: number): number => change(value) % LIST_MODULUS
  return { name, meaning, apply: (list) => list.map(mapValue), map: mapValue }
}

/** Functions that move elements. */
export const ORDERS: readonly Primitive[] = [
  { name: 'reverse', meaning: 'the list backwards', apply: (list) => list.toReversed() },
  { name: 'left', meaning: 'the first element moved to the end', apply: (list) => [...list.slice(1), ...list.slice(0, 1)] },
  { name: 'right', meaning: 'the last element moved to the front', apply: (list) => [...list.slice(-1), ...list.slice(0, -1)] },
  { name: 'swap', meaning: 'the first two elements swapped', apply: (list) => [...list.slice(1, 2), ...list.slice(0, 1), ...list.slice(2)] }
]

/** Functions that change each element. */
export const MAPS: readonly Primitive[] = [
  map('+1', 'each element plus 1, modulo 10', (value) => value + 1),
  map('+3', 'each element plus 3, modulo 10', (value) => value + 3),
  map('+5', 'each element plus 5, modulo 10', (value) => value + 5),
  map('*3', 'each element times 3, modulo 10', (value) => value * 3)
]

export const PRIMITIVES: readonly Primitive[] = [...ORDERS, ...MAPS]

/** Primitives in the order they are applied. */
export type ListProgram = readonly Primitive[]

const LONGEST_PROGRAM = 4
const byName = new Map(PRIMITIVES.map((primitive) => [primitive.name, primitive]))

/** Reads 1 to 4 names of primitives. */
export function parseListProgram(words: readonly string[]): Parsed<ListProgram> {
  if (words.length === 0) return { ok: false, why: 'the program is empty' }
  if (words.length > LONGEST_PROGRAM) return { ok: false, why: `the program has ${words.length} words, more than ${LONGEST_PROGRAM}` }
  const program: Primitive[] = []
  for (const word of words) {
    const primitive = byName.get(word)
    if (primitive === undefined) return { ok: false, why: `${quote(word)} is not a function` }
    program.push(primitive)
  }
  return { ok: true, value: program }
}

export const runListProgram = (program: ListProgram, input: List): List => program.reduce<List>((list, primitive) => primitive.apply(list), input)

export const formatListProgram = (program: ListProgram): string => program.map((primitive) => primitive.name).join(' ')

export function sameList(a: List, b: List): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Digits as words; null for anything else or more than 8. */
export function parseList(words: readonly string[]): number[] | null {
  return words.length <= 8 && words.every((word) => /^[0-9]$/.test(word)) ? words.map(Number) : null
}
