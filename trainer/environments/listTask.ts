import { z } from 'zod'
import { MAPS, ORDERS, parseList, PRIMITIVES, runListProgram, sameList } from '../graders/listProgram.ts'
import type { List, ListProgram } from '../graders/listProgram.ts'
import type { Problem } from '../protocol/problem.ts'
import { badPrompt } from './prompt.ts'

export interface Example {
  readonly input: List
  readonly output: List
}

const Digits = z.array(z.number().int().min(0).max(9)).max(8)
const HiddenData = z.object({ hidden: z.array(z.object({ input: Digits, output: Digits })) })

/** Elements of a list at most, and examples at most: each place of each example has a letter of its own. */
export const LONGEST_LIST = 4
export const MOST_EXAMPLES = 3
export const LETTERS = [...'abcdefghijklmnopqrstuvwx']

/** The letter of a place: a letter is found again in the prompt at once, where a position would have to be counted. */
export const letterOf = (example: number, side: 'input' | 'output', index: number): string =>
  LETTERS[(2 * example + (side === 'input' ? 0 : 1)) * LONGEST_LIST + index]!

const formatSide = (list: List, example: number, side: 'input' | 'output'): string =>
  list.map((value, index) => `${letterOf(example, side, index)} ${value}`).join(' ')

/** `a 3 b 1 c 4 > e 7 f 4 g 6 | i 2 j 0 k 5 > m 8 n 3 o 5 :`. */
export const formatExamples = (examples: readonly Example[]): string =>
  `${examples.map(({ input, output }, i) => `${formatSide(input, i, 'input')} > ${formatSide(output, i, 'output')}`).join(' | ')} :`

/** The examples in a prompt. Throws `environment/bad-prompt`. */
export function readShown(environment: string, problem: Problem): Example[] {
  const shown = parseExamples(problem.prompt)
  if (shown === null) throw badPrompt(environment, problem.prompt, '“a 3 b 1 c 4 > e 7 f 4 g 6 | i 2 … :”')
  return shown
}

/** The examples kept from the model; none for a problem given by its prompt alone. */
export function readHidden(problem: Problem): readonly Example[] {
  const data = HiddenData.safeParse(problem.data)
  return data.success ? data.data.hidden : []
}

/** The values between the letters. */
const parseSide = (side: string): List => parseList(side.split(' ', 2 * LONGEST_LIST).filter((_, i) => i % 2 === 1)) ?? []

function parseExamples(prompt: string): Example[] | null {
  const examples = prompt.slice(0, -2).split(' | ', MOST_EXAMPLES).map((text): Example => {
    const [input = [], output = []] = text.split(' > ', 2).map(parseSide)
    return { input, output }
  })
  const whole = examples.every(({ input, output }) => input.length > 0 && input.length === output.length)
  return whole && formatExamples(examples) === prompt ? examples : null
}

/** The programs that problems are made of and searched in: one function, or one that moves elements and then one that changes them. */
export const SHORT_PROGRAMS: readonly ListProgram[] = [
  ...PRIMITIVES.map((primitive) => [primitive]),
  ...ORDERS.flatMap((order) => MAPS.map((map) => [order, map]))
]

export const fits = (program: ListProgram, examples: readonly Example[]): boolean =>
  examples.every(({ input, output }) => sameList(runListProgram(program, input), output))

/** What makes the elements of the output under a short program: the places they come from and what changes each value. */
export interface Origins {
  readonly sources: readonly number[]
  readonly change: ((value: number) => number) | null
}

/** null for programs of another shape, which cannot be written element by element. */
export function originsOf(program: ListProgram, length: number): Origins | null {
  const [first, second] = program
  const short = first !== undefined && (second === undefined || (program.length === 2 && first.map === undefined && second.map !== undefined))
  if (!short) return null
  const places = Array.from({ length }, (_, place) => place)
  return { sources: first.map === undefined ? first.apply(places) : places, change: second?.map ?? first.map ?? null }
}

const SHORT_ORIGINS = Array.from({ length: LONGEST_LIST + 1 }, (_, length) => SHORT_PROGRAMS.map((program) => originsOf(program, length)!))

/** The short programs that fit, shortest first. Element by element up to the first difference: this runs for every trace. */
export function fittingPrograms(examples: readonly Example[]): ListProgram[] {
  return SHORT_PROGRAMS.filter((_, program) =>
    examples.every(({ input, output }) => makes(SHORT_ORIGINS[input.length]![program]!, input, output))
  )
}

function makes({ sources, change }: Origins, input: List, output: List): boolean {
  for (let i = 0; i < output.length; i++) {
    const value = input[sources[i]!]!
    if ((change === null ? value : change(value)) !== output[i]) return false
  }
  return true
}
