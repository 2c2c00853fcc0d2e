import { badPrompt } from './prompt.ts'
import { findFunction, formatLetters, LENGTH, parseLetters } from './stringFunctions.ts'
import type { Letters, StringFunction } from './stringFunctions.ts'

/** Functions in the order they are applied: the innermost first. */
export interface Composition {
  readonly functions: readonly StringFunction[]
  readonly letters: Letters
}

export const resultOf = ({ functions, letters }: Composition): Letters =>
  functions.reduce<Letters>((current, entry) => entry.apply(current), letters)

/** `f4 ( f6 ( c h f a f ) )`. */
export function formatComposition({ functions, letters }: Composition): string {
  return functions.reduce((inner, entry) => `${entry.name} ( ${inner} )`, formatLetters(letters))
}

/** Throws `environment/bad-prompt`. */
export function parseComposition(environment: string, prompt: string): Composition {
  const words = prompt.split(' ')
  const depth = (words.length - LENGTH) / 3
  const functions = Array.from({ length: Math.max(0, Math.floor(depth)) }, (_, i) => findFunction(words[2 * i])).reverse()
  const letters = parseLetters(words.slice(2 * functions.length, 2 * functions.length + LENGTH))
  const known = functions.filter((entry) => entry !== null)
  const composition = letters === null || known.length < functions.length ? null : { functions: known, letters }
  if (composition === null || known.length === 0 || formatComposition(composition) !== prompt) {
    throw badPrompt(environment, prompt, '“f4 ( f6 ( c h f a f ) )”')
  }
  return composition
}
