/** Letters are numbers 0 … 7 = a … h. */
export const LETTERS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] as const
export const LENGTH = 5

export type Letters = readonly number[]

/** A function on five letters under a name that says nothing of what it does. */
export interface StringFunction {
  readonly name: string
  readonly meaning: string
  readonly apply: (letters: Letters) => number[]
}

const shift = (letter: number, by: number): number => (letter + by + LETTERS.length) % LETTERS.length
const pick = (order: readonly number[]) => (letters: Letters): number[] => order.map((i) => letters[i]!)

/** The atomic functions; a composition is as deep as it has of them. */
export const STRING_FUNCTIONS: readonly StringFunction[] = [
  { name: 'f0', meaning: 'reverse the letters', apply: pick([4, 3, 2, 1, 0]) },
  { name: 'f1', meaning: 'move the first letter to the end', apply: pick([1, 2, 3, 4, 0]) },
  { name: 'f2', meaning: 'move the last letter to the front', apply: pick([4, 0, 1, 2, 3]) },
  { name: 'f3', meaning: 'replace each letter by the next one, h by a', apply: (letters) => letters.map((letter) => shift(letter, 1)) },
  { name: 'f4', meaning: 'replace each letter by the one before, a by h', apply: (letters) => letters.map((letter) => shift(letter, -1)) },
  { name: 'f5', meaning: 'swap the first and the last letter', apply: pick([4, 1, 2, 3, 0]) },
  { name: 'f6', meaning: 'swap the first and second, and the third and fourth letter', apply: pick([1, 0, 3, 2, 4]) },
  { name: 'f7', meaning: 'sort the letters', apply: (letters) => letters.toSorted((a, b) => a - b) },
  { name: 'f8', meaning: 'write the first and second letter twice, then the third', apply: pick([0, 0, 1, 1, 2]) },
  {
    name: 'f9',
    meaning: 'move the second and the fourth letter on by four, after h comes a',
    apply: (letters) => letters.map((letter, i) => (i % 2 === 1 ? shift(letter, 4) : letter))
  }
]

const byName = new Map(STRING_FUNCTIONS.map((entry) => [entry.name, entry]))

export const findFunction = (name: string | undefined): StringFunction | null => (name === undefined ? null : byName.get(name) ?? null)

export const formatLetters = (letters: Letters): string => letters.map((letter) => LETTERS[letter]).join(' ')

/** Five letters a … h as words; null for anything else. */
export function parseLetters(words: readonly string[]): number[] | null {
  if (words.length !== LENGTH) return null
  const letters = words.map((word) => LETTERS.findIndex((letter) => letter === word))
  return letters.includes(-1) ? null : letters
}
