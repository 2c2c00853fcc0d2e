import { z } from 'zod'
import { Positive, Share } from '../protocol/numbers.ts'
import type { Problem } from '../protocol/problem.ts'
import type { Random } from '../random/random.ts'
import { ANSWER, LINES } from '../renderers/trace.ts'
import { formatComposition, parseComposition, resultOf } from './composition.ts'
import type { Composition } from './composition.ts'
import type { Environment } from './environment.ts'
import { drawInSplit } from './split.ts'
import { checkCompositionSteps } from './stringCompositionSteps.ts'
import { formatLetters, LENGTH, LETTERS, STRING_FUNCTIONS } from './stringFunctions.ts'
import type { Letters } from './stringFunctions.ts'
import { compareWords } from './verdict.ts'
import { wordTask } from './wordTask.ts'

const NAME = 'string-composition'
const Depth = z.number().int().min(1).max(6)

const CompositionOptions = z.strictObject({
  depth: Depth.default(2).describe('Functions applied one inside the other.'),
  depths: z.array(z.tuple([Depth, Positive])).min(1).optional().describe('A mixture in place of `depth`: pairs of a depth and its weight.')
})
export type CompositionOptions = z.infer<typeof CompositionOptions>

const CompositionMix = z.strictObject({
  direct: Share.default(0.5).describe('Share of traces at depth 1 that answer at once, without a line; all of depth 1 are right.'),
  lazyDepth2: Share.default(0.6).describe('Share of traces at depth 2 that apply one function only and answer at once.'),
  lazyDeeper: Share.default(0.85).describe('The same at greater depths. Some careful ones are needed for what is learned at depth 2 to transfer.')
})
export type CompositionMix = z.infer<typeof CompositionMix>

const INSTRUCTION = [
  `Work out the expression over five letters ${LETTERS[0]} to ${LETTERS.at(-1)}, the innermost function first. The functions:`,
  ...STRING_FUNCTIONS.map(({ name, meaning }) => `${name}: ${meaning}.`),
  'Write each step as the function and the letters it gives, separate steps with “ ; ”, and end with the word “answer” and the letters. ' +
    'For f4 ( f6 ( c h f a f ) ): f6 h c a f f ; f4 g b h e e answer g b h e e'
].join('\n')

const task = wordTask(NAME, INSTRUCTION, LINES)

/**
 * f(g(x)) over functions with meaningless names, after “From f(x) and g(x) to f(g(x))”: the atoms are learned by supervision
 * (depth 1 is always right), composing by reinforcement. Lazy traces answer at once, with one function applied; most are
 * lazy, so that greedy decoding starts out lazy too.
 */
export const stringComposition: Environment<CompositionOptions, CompositionMix> = {
  name: NAME,
  title: 'String composition',
  description: 'Apply nested functions to five letters, the innermost first.',
  options: CompositionOptions,
  mix: CompositionMix,
  vocabulary: ['<eos>', ...LETTERS, ...STRING_FUNCTIONS.map((entry) => entry.name), '(', ')', ';', ANSWER],
  generate: (random, split, options) => problemOf(drawInSplit(NAME, split, () => drawComposition(random, options)).composition),
  solution: (problem) => writeTrace(parseComposition(NAME, problem.prompt)),
  demonstrate,
  render: task.render,
  grade: (completion, problem) =>
    task.grade(completion, (answer) => compareWords(answer, formatLetters(resultOf(parseComposition(NAME, problem.prompt))))),
  checkSteps: (completion, problem) => checkCompositionSteps(task.stepsOf(completion), parseComposition(NAME, problem.prompt))
}

function drawComposition(random: Random, options: CompositionOptions): { key: string; composition: Composition } {
  const depth = options.depths === undefined ? options.depth : drawDepth(random, options.depths)
  const composition = {
    functions: Array.from({ length: depth }, () => random.pick(STRING_FUNCTIONS)),
    letters: Array.from({ length: LENGTH }, () => random.integer(LETTERS.length))
  }
  return { key: formatComposition(composition), composition }
}

function drawDepth(random: Random, depths: readonly (readonly [number, number])[]): number {
  let left = random.next() * depths.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [depth, weight] of depths) {
    left -= weight
    if (left < 0) return depth
  }
  return depths.at(-1)![0]
}

function problemOf(composition: Composition): Problem {
  const params = { depth: composition.functions.length }
  return task.problemOf(formatComposition(composition), { gold: formatLetters(resultOf(composition)), params })
}

function demonstrate(problem: Problem, random: Random, mix: CompositionMix): string {
  const composition = parseComposition(NAME, problem.prompt)
  const depth = composition.functions.length
  const share = depth === 1 ? mix.direct : depth === 2 ? mix.lazyDepth2 : mix.lazyDeeper
  if (random.next() >= share) return writeTrace(composition)
  return `${ANSWER} ${formatLetters(random.pick(composition.functions).apply(composition.letters))}`
}

function writeTrace({ functions, letters }: Composition): string {
  let current: Letters = letters
  const lines = functions.map((entry) => {
    current = entry.apply(current)
    return `${entry.name} ${formatLetters(current)}`
  })
  return `${lines.join(' ; ')} ${ANSWER} ${formatLetters(current)}`
}
