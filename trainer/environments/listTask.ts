import { z } from 'zod'
import { PRIMITIVES, parseList, runListProgram, sameList } from '../graders/listProgram.ts'
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

/** Every program of one or two primitives. */
export const SHORT_PROGRAMS: readonly ListProgram[] = [
  ...PRIMITIVES.map((primitive) => [primitive]),
  ...PRIMITIVES.flatMap((first) => PRIMITIVES.map((second) => [first, second]))
]

export const fits = (program: ListProgram, examples: readonly Example[]): boolean =>
  examples.every(({ input, output }) => sameList(runListProgram(program, input), output))

/** The short programs that fit, shortest first. Shares the first function's work: this runs for every problem and trace. */
export function fittingPrograms(examples: readonly Example[]): ListProgram[] {
  const [first, ...others] = examples
  if (first === undefined) return [...SHORT_PROGRAMS]
  const fitting: number[] = []
  const pairs: number[] = []
  const size = PRIMITIVES.length
  for (let i = 0; i < size; i++) {
    const between = PRIMITIVES[i]!.apply(first.input)
    if (sameList(between, first.output)) fitting.push(i)
    for (let j = 0; j < size; j++) {
      if (sameList(PRIMITIVES[j]!.apply(between), first.output)) pairs.push(size + i * size + j)
    }
  }
  return [...fitting, ...pairs].map((index) => SHORT_PROGRAMS[index]!).filter((program) => fits(program, others))
}
