import { z } from 'zod'
import { formatListProgram, LIST_MODULUS, MAPS, ORDERS, parseListProgram, PRIMITIVES, runListProgram } from '../graders/listProgram.ts'
import type { ListProgram } from '../graders/listProgram.ts'
import { quote } from '../graders/quote.ts'
import { Share } from '../protocol/numbers.ts'
import type { Problem } from '../protocol/problem.ts'
import type { Random } from '../random/random.ts'
import { ANSWER } from '../renderers/trace.ts'
import type { TraceFormat } from '../renderers/trace.ts'
import type { Environment, Verdict } from './environment.ts'
import { checkListSteps } from './listFunctionsSteps.ts'
import { demonstrateSearch, writeCheckedProgram } from './listFunctionsTrace.ts'
import { fits, fittingPrograms, formatExamples, LETTERS, LONGEST_LIST, MOST_EXAMPLES, readHidden, readShown } from './listTask.ts'
import type { Example } from './listTask.ts'
import { badPrompt } from './prompt.ts'
import { drawInSplit } from './split.ts'
import { right, wrong } from './verdict.ts'
import { wordTask } from './wordTask.ts'

const NAME = 'list-functions'
const DIGITS = Array.from({ length: LIST_MODULUS }, (_, digit) => String(digit))
/** Inputs that the answer is tried on besides the examples shown. */
const HIDDEN_EXAMPLES = 4

const ListOptions = z.strictObject({
  singles: Share.default(0.75).describe('Share of problems whose program is one function; the others need two.'),
  examples: z.number().int().min(1).max(MOST_EXAMPLES).default(2).describe('Input and output pairs shown.'),
  length: z.number().int().min(2).max(LONGEST_LIST).default(3).describe('Elements of the lists.')
})
export type ListOptions = z.infer<typeof ListOptions>

const ListMix = z.strictObject({
  giveUp: Share.default(0.6).describe('Share of traces that stop searching early.'),
  earlyAttempts: z.number().int().min(1).max(8).default(1).describe('Such traces make 1 to this many attempts.'),
  attempts: z.number().int().min(1).max(8).default(6).describe('Attempts of the others at most.'),
  hit: Share.default(0.3).describe('Share of attempts that propose a fitting program; the others are random.'),
  shortProposals: Share.default(0.8).describe('Share of random proposals that are one function.'),
  unchecked: Share.default(0.1).describe('Share of traces that answer without any check.'),
  oneExample: Share.default(0.3).describe('Share of traces that check the first example only.')
})
export type ListMix = z.infer<typeof ListMix>

/** A check ends with its claim. */
const FORMAT: TraceFormat = { separators: [';'], closers: ['ok', 'no'] }

const INSTRUCTION = [
  'Find one or two functions that, applied one after the other, turn the list before each “>” into the list after it. ' +
    'Each element has a letter before it. The functions:',
  ...PRIMITIVES.map(({ name, meaning }) => `${name}: ${meaning}.`),
  'Propose functions, write “:” and, for each element after “>” up to the first difference, its letter and value, the letter and value it ' +
    'comes from, and what a function of arithmetic makes of that value; then “ok” or “no”. Check the other examples in the same way, try ' +
    'again after “no”, and end with the word “answer” and the functions. For a 3 b 1 c 4 > e 7 f 4 g 6: ' +
    '+3 : e 7 a 3 6 no reverse +3 : e 7 c 4 7 f 4 b 1 4 g 6 a 3 6 ok answer reverse +3'
].join('\n')

const task = wordTask(NAME, INSTRUCTION, FORMAT)

/**
 * Infer a small program from examples, by a search written out: propose, check against the examples element by
 * element, retry. The demonstrations mostly stop after one proposal, which leaves a strategy to be found: going on until all
 * examples fit.
 */
export const listFunctions: Environment<ListOptions, ListMix> = {
  name: NAME,
  title: 'List functions',
  description: 'Infer a program of one or two list functions from examples: propose, check, retry.',
  options: ListOptions,
  mix: ListMix,
  vocabulary: ['<eos>', ...DIGITS, ...LETTERS, ...PRIMITIVES.map((primitive) => primitive.name), '>', '|', ':', 'ok', 'no', ANSWER],
  generate(random, split, options) {
    let hidden: Example[] = []
    const accept = (draw: Draw): boolean => isFair(draw, (hidden = drawExamples(HIDDEN_EXAMPLES, draw.program, random, options)))
    return problemOf(drawInSplit(NAME, split, () => drawTask(random, options), accept), hidden)
  },
  solution(problem) {
    const shown = readShown(NAME, problem)
    const program = fittingPrograms([...shown, ...readHidden(problem)])[0]
    if (program === undefined) throw badPrompt(NAME, problem.prompt, 'of a solvable problem')
    return writeCheckedProgram(program, shown)
  },
  demonstrate: (problem, random, mix) => demonstrateSearch(readShown(NAME, problem), random, mix),
  render: task.render,
  grade: (completion, problem) => task.grade(completion, (answer) => gradeProgram(answer, readShown(NAME, problem), readHidden(problem))),
  checkSteps: (completion, problem) => checkListSteps(task.stepsOf(completion), readShown(NAME, problem))
}

interface Draw {
  readonly key: string
  readonly program: ListProgram
  readonly shown: readonly Example[]
}

function drawTask(random: Random, options: ListOptions): Draw {
  const program = random.next() < options.singles ? [random.pick(PRIMITIVES)] : [random.pick(ORDERS), random.pick(MAPS)]
  const shown = drawExamples(options.examples, program, random, options)
  return { key: formatExamples(shown), program, shown }
}

/** No shorter program fits, and every short program that fits the examples shown fits the hidden ones: one answer is as good as another. */
function isFair({ program, shown }: Draw, hidden: readonly Example[]): boolean {
  const fitting = fittingPrograms(shown)
  return fitting[0]!.length === program.length && fitting.every((candidate) => fits(candidate, hidden))
}

function drawExamples(count: number, program: ListProgram, random: Random, { length }: ListOptions): Example[] {
  return Array.from({ length: count }, () => {
    const input = Array.from({ length }, () => random.integer(LIST_MODULUS))
    return { input, output: runListProgram(program, input) }
  })
}

function problemOf({ program, shown }: Draw, hidden: readonly Example[]): Problem {
  return task.problemOf(formatExamples(shown), {
    gold: formatListProgram(program),
    params: { functions: program.length, examples: shown.length },
    data: { hidden: hidden.map(({ input, output }) => ({ input: [...input], output: [...output] })) }
  })
}

function gradeProgram(text: string, shown: readonly Example[], hidden: readonly Example[]): Verdict {
  const parsed = parseListProgram(text.split(' '))
  if (!parsed.ok) return wrong(null, `The answer cannot be read: ${parsed.why}.`)
  for (const [kind, examples] of [['example', shown], ['hidden example', hidden]] as const) {
    for (const { input, output } of examples) {
      if (fits(parsed.value, [{ input, output }])) continue
      const result = runListProgram(parsed.value, input).join(' ')
      return wrong(text, `${quote(text)} turns the ${kind} ${input.join(' ')} into ${result || 'nothing'}, not ${output.join(' ')}.`)
    }
  }
  return right(text, `${quote(text)} fits all ${shown.length} examples and all ${hidden.length} hidden ones.`)
}
