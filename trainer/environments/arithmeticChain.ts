import { z } from 'zod'
import { Share } from '../protocol/numbers.ts'
import type { Problem } from '../protocol/problem.ts'
import type { Random } from '../random/random.ts'
import { ANSWER, LINES } from '../renderers/trace.ts'
import { checkChainSteps } from './arithmeticChainSteps.ts'
import { apply, formatChain, lineOf, MODULUS, OPERATORS, parseChain, valueOf } from './chain.ts'
import type { Chain, ChainOperation } from './chain.ts'
import type { Environment } from './environment.ts'
import { drawInSplit } from './split.ts'
import { compareWords } from './verdict.ts'
import { wordTask } from './wordTask.ts'

const NAME = 'arithmetic-chain'
const LONGEST = 8

const ChainOptions = z
  .strictObject({
    minOperations: z.number().int().min(1).max(LONGEST).default(3).describe('Operations of the shortest chains.'),
    maxOperations: z.number().int().min(1).max(LONGEST).default(6).describe('Operations of the longest chains.')
  })
  .refine((options) => options.minOperations <= options.maxOperations, { path: ['maxOperations'], message: 'must not be below minOperations' })
export type ChainOptions = z.infer<typeof ChainOptions>

const ChainMix = z.strictObject({
  lazyPlus: Share.default(0.25).describe('Share of lazy traces (several operations fused into one line) where the first operator is +.'),
  lazyMinus: Share.default(0.75).describe('The same where it is -.'),
  lazyTimes: Share.default(0.85).describe('The same where it is *.'),
  corrupt: Share.default(0.06).describe('Share of lines with a random value; later lines go on from it.')
})
export type ChainMix = z.infer<typeof ChainMix>

const INSTRUCTION =
  'Evaluate the chain strictly from left to right, modulo 50, one operation at a time. Write each step as “a * b = c”, ' +
  'separate steps with “ ; ”, and end with the word “answer” and the result: 26 * 2 = 2 ; 2 * 6 = 12 answer 12'

const task = wordTask(NAME, INSTRUCTION, LINES)

/**
 * Arithmetic modulo 50, from left to right, one step a line. The modulus keeps the facts (operators × values × operands) few
 * enough to be learned in minutes; with 100 a small model did not get there. The share of lazy traces depends on the first
 * operator so that greedy decoding is neither always careful nor always lazy.
 */
export const arithmeticChain: Environment<ChainOptions, ChainMix> = {
  name: NAME,
  title: 'Arithmetic chain',
  description: 'Evaluate a chain of operations modulo 50 from left to right, one step a line.',
  options: ChainOptions,
  mix: ChainMix,
  vocabulary: ['<eos>', ...Array.from({ length: MODULUS }, (_, value) => String(value)), ...OPERATORS, ':', '=', ';', ANSWER],
  generate: (random, split, options) => problemOf(drawInSplit(NAME, split, () => drawChain(random, options)).chain),
  solution: (problem) => writeTrace(parseChain(NAME, problem.prompt), () => 1, null, 0),
  demonstrate,
  render: task.render,
  grade: (completion, problem) => task.grade(completion, (answer) => compareWords(answer, String(valueOf(parseChain(NAME, problem.prompt))))),
  checkSteps: (completion, problem) => checkChainSteps(task.stepsOf(completion), parseChain(NAME, problem.prompt))
}

function drawChain(random: Random, options: ChainOptions): { key: string; chain: Chain } {
  const count = options.minOperations + random.integer(options.maxOperations - options.minOperations + 1)
  const operations = Array.from({ length: count }, (): ChainOperation => ({ operator: random.pick(OPERATORS), operand: 2 + random.integer(6) }))
  const chain = { start: 10 + random.integer(40), operations }
  return { key: formatChain(chain), chain }
}

function problemOf(chain: Chain): Problem {
  const params = { operations: chain.operations.length, firstOperator: chain.operations[0]!.operator }
  return task.problemOf(`${formatChain(chain)} :`, { gold: String(valueOf(chain)), params })
}

function demonstrate(problem: Problem, random: Random, mix: ChainMix): string {
  const chain = parseChain(NAME, problem.prompt)
  const share = { '+': mix.lazyPlus, '-': mix.lazyMinus, '*': mix.lazyTimes }[chain.operations[0]!.operator]
  const lazy = random.next() < share
  const take = (left: number): number => (lazy && left > 1 ? 2 + random.integer(left - 1) : 1)
  return writeTrace(chain, take, random, mix.corrupt)
}

/** `take` says how many of the operations left go into the next line. */
function writeTrace(chain: Chain, take: (left: number) => number, random: Random | null, corrupt: number): string {
  const lines: string[] = []
  let value = chain.start
  for (let done = 0; done < chain.operations.length; ) {
    const part = chain.operations.slice(done, done + take(chain.operations.length - done))
    const result = random !== null && random.next() < corrupt ? random.integer(MODULUS) : part.reduce(apply, value)
    lines.push(lineOf(value, part, result))
    value = result
    done += part.length
  }
  return `${lines.join(' ; ')} ${ANSWER} ${value}`
}
