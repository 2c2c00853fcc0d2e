import type { Problem } from '../protocol/problem.ts'
import type { Random } from '../random/random.ts'
import { BODIES, DIGIT_COUNT, LARGEST_VALUE, SMALLEST_VALUE, valueOf } from './functionBody.ts'
import type { Body } from './functionBody.ts'

/** Arguments with the value expected. */
export interface Example {
  readonly a: number
  readonly b: number
  readonly value: number
}

/** The name of an example in prompts and traces: a letter is found again at once, where a position would have to be counted. */
export const LETTERS = [...'pqrstuvw']
export const MOST_EXAMPLES = LETTERS.length

export const NUMBERS: readonly string[] = Array.from({ length: LARGEST_VALUE - SMALLEST_VALUE + 1 }, (_, i) => String(SMALLEST_VALUE + i))
const KNOWN_NUMBERS: ReadonlySet<string> = new Set(NUMBERS)

/** A value as a word; null for what has none. */
export const numberWord = (value: unknown): string | null => (typeof value === 'number' && KNOWN_NUMBERS.has(String(value)) ? String(value) : null)

/** `p 3 4 > 15`. */
export const formatExample = ({ a, b, value }: Example, letter: string): string => `${letter} ${a} ${b} > ${value}`

/** A letter and its example; null where the words are anything else. */
export function parseExample(words: readonly string[]): { readonly letter: string; readonly example: Example } | null {
  const [letter = '', a = '', b = '', arrow, value = ''] = words
  const digits = /^[0-9]$/
  if (words.length !== 5 || !LETTERS.includes(letter) || !digits.test(a) || !digits.test(b) || arrow !== '>' || !KNOWN_NUMBERS.has(value)) return null
  return { letter, example: { a: Number(a), b: Number(b), value: Number(value) } }
}

export const sameExample = (one: Example, other: Example): boolean => one.a === other.a && one.b === other.b && one.value === other.value

/** Examples of a body at arguments that differ from each other and from those of `others`. */
export function drawExamples(body: Body, count: number, random: Random, others: readonly Example[] = []): Example[] {
  const taken = new Set(others.map(({ a, b }) => a * DIGIT_COUNT + b))
  return Array.from({ length: count }, () => {
    let place = random.integer(DIGIT_COUNT ** 2)
    while (taken.has(place)) place = random.integer(DIGIT_COUNT ** 2)
    taken.add(place)
    const [a, b] = [Math.floor(place / DIGIT_COUNT), place % DIGIT_COUNT]
    return { a, b, value: valueOf(body, a, b) }
  })
}

export const fits = (body: Body, examples: readonly Example[]): boolean => examples.every(({ a, b, value }) => valueOf(body, a, b) === value)

export const fittingBodies = (examples: readonly Example[], among: readonly Body[] = BODIES): Body[] => among.filter((body) => fits(body, examples))

/** What `Problem.data` holds under a name. */
export const dataOf = ({ data }: Problem, name: string): unknown =>
  typeof data === 'object' && data !== null && !Array.isArray(data) ? data[name] : undefined

/** Lists of examples in `Problem.data`, none where a problem is given by its prompt alone. */
export function examplesIn(problem: Problem, name: string): readonly Example[] {
  const found = dataOf(problem, name)
  if (!Array.isArray(found)) return []
  return found.flatMap((entry: unknown) => {
    if (!Array.isArray(entry)) return []
    const [a, b, value] = entry as unknown[]
    return typeof a === 'number' && typeof b === 'number' && typeof value === 'number' ? [{ a, b, value }] : []
  })
}

export const examplesAsData = (examples: readonly Example[]): number[][] => examples.map(({ a, b, value }) => [a, b, value])
