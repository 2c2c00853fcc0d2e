import { z } from 'zod'
import { MAPS, ORDERS, parseList, PRIMITIVES, runListProgram, sameList } from '../graders/listProgram.ts'
import type { List, ListProgram } from '../graders/listProgram.ts'
import type { Problem } from '../protocol/problem.ts'
import { badPrompt } from './prompt.ts'

export interface Example {
  readonly input: List
  readonly output: List
}

/** Find a program that fits the examples shown, and the hidden ones too. */
export interface ListTask {
  readonly shown: readonly Example[]
  readonly hidden: readonly Example[]
}

const Digits = z.array(z.number().int().min(0).max(9)).max(8)
const HiddenData = z.object({ hidden: z.array(z.object({ input: Digits, output: Digits })) })

/** `3 1 4 > 7 4 6 | 2 0 5 > 8 3 5 :`. */
export const formatExamples = (examples: readonly Example[]): string =>
  `${examples.map(({ input, output }) => `${input.join(' ')} > ${output.join(' ')}`).join(' | ')} :`

/** Throws `environment/bad-prompt`. A problem given by its prompt alone has no hidden examples. */
export function readListTask(environment: string, problem: Problem): ListTask {
  const shown = parseExamples(problem.prompt)
  if (shown === null) throw badPrompt(environment, problem.prompt, '“3 1 4 > 7 4 6 | 2 0 5 > 8 3 5 :”')
  const data = HiddenData.safeParse(problem.data)
  return { shown, hidden: data.success ? data.data.hidden : [] }
}

function parseExamples(prompt: string): Example[] | null {
  if (!prompt.endsWith(' :') || prompt.length > 400) return null
  const examples = prompt.slice(0, -2).split(' | ').map((text): Example | null => {
    const sides = text.split(' > ').map((side) => parseList(side.split(' ')))
    const [input, output] = sides
    return sides.length === 2 && input && output ? { input, output } : null
  })
  const known = examples.filter((example) => example !== null)
  return known.length === examples.length ? known : null
}

/** The programs that problems are made of and searched in: one function, or one that moves elements and then one that changes them. */
export const SHORT_PROGRAMS: readonly ListProgram[] = [
  ...PRIMITIVES.map((primitive) => [primitive]),
  ...ORDERS.flatMap((order) => MAPS.map((map) => [order, map]))
]

export const fits = (program: ListProgram, examples: readonly Example[]): boolean =>
  examples.every(({ input, output }) => sameList(runListProgram(program, input), output))

/** The short programs that fit, shortest first. */
export const fittingPrograms = (examples: readonly Example[]): ListProgram[] => SHORT_PROGRAMS.filter((program) => fits(program, examples))
