import { z } from 'zod'
import { formatListProgram, LIST_MODULUS, MAPS, ORDERS, parseListProgram, PRIMITIVES, runListProgram } from '../graders/listProgram.ts'
import type { ListProgram } from '../graders/listProgram.ts'
import { quote } from '../graders/quote.ts'
import { Share } from '../protocol/numbers.ts'
import type { Problem } from '../protocol/problem.ts'
import type { Random } from '../random/random.ts'
import { ANSWER, readTrace, renderTrace } from '../renderers/trace.ts'
import type { TraceFormat } from '../renderers/trace.ts'
import type { Environment, Verdict } from './environment.ts'
import { checkListSteps } from './listFunctionsSteps.ts'
import { demonstrateSearch, writeCheckedProgram } from './listFunctionsTrace.ts'
import { fits, fittingPrograms, formatExamples, readListTask } from './listTask.ts'
import type { Example, ListTask } from './listTask.ts'
import { asMessages, badPrompt } from './prompt.ts'
import { drawInSplit, problemId } from './split.ts'
import { answerText, right, wrong } from './verdict.ts'

const NAME = 'list-functions'
/** Inputs that the answer is tried on besides the examples shown. */
const HIDDEN_EXAMPLES = 4

const ListOptions = z
  .strictObject({
    singles: Share.default(0.5).describe('Share of problems whose program is one function; the others need two.'),
    examples: z.number().int().min(1).max(4).default(2).describe('Input and output pairs shown.'),
    minLength: z.number().int().min(2).max(4).default(3).describe('Elements of the shortest inputs.'),
    maxLength: z.number().int().min(2).max(4).default(3).describe('Elements of the longest inputs.')
  })
  .refine((options) => options.minLength <= options.maxLength, { path: ['maxLength'], message: 'must not be below minLength' })
export type ListOptions = z.infer<typeof ListOptions>

const ListMix = z.strictObject({
  giveUp: Share.default(0.6).describe('Share of traces that stop searching early.'),
  earlyAttempts: z.number().int().min(1).max(8).default(1).describe('Such traces make 1 to this many attempts.'),
  attempts: z.number().int().min(1).max(8).default(7).describe('Attempts of the others at most.'),
  hit: Share.default(0.3).describe('Share of attempts that propose a fitting program; the others are random.'),
  shortProposals: Share.default(0.4).describe('Share of random proposals that are one function.'),
  unchecked: Share.default(0.1).describe('Share of traces that answer without any check.'),
  oneExample: Share.default(0.3).describe('Share of traces that check the first example only.')
})
export type ListMix = z.infer<typeof ListMix>

/** A check ends with its claim. */
const FORMAT: TraceFormat = { separators: [';'], closers: ['ok', 'no'] }

const INSTRUCTION = [
  'Find one or two functions that, applied one after the other, turn each list before “>” into the list after it. The functions:',
  ...PRIMITIVES.map(({ name, meaning }) => `${name}: ${meaning}.`),
  'Propose functions, write “:” and, element by element, what it is after each function and what the example has, up to the first ' +
    'difference, then “ok” or “no” (“: no” at once where the lengths differ); check the other examples in the same way, try again ' +
    'after “no”, and end with the word “answer” and the functions. ' +
    'For 3 1 4 > 7 4 6 | 2 0 5 > 8 3 5: +3 : 6 7 no reverse +3 : 4 7 7 1 4 4 3 6 6 ok : 5 8 8 0 3 3 2 5 5 ok answer reverse +3'
].join('\n')

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
  vocabulary: ['<eos>', ...Array.from({ length: LIST_MODULUS }, (_, digit) => String(digit)), ...PRIMITIVES.map((primitive) => primitive.name), '>', '|', ':', 'ok', 'no', ANSWER],
  generate(random, split, options) {
    return problemOf(drawInSplit(NAME, split, () => drawTask(random, options), isFair))
  },
  solution(problem) {
    const task = readListTask(NAME, problem)
    const program = fittingPrograms([...task.shown, ...task.hidden])[0]
    if (program === undefined) throw badPrompt(NAME, problem.prompt, 'of a solvable problem')
    return writeCheckedProgram(program, task.shown)
  },
  demonstrate: (problem, random, mix) => demonstrateSearch(readListTask(NAME, problem).shown, random, mix),
  render: (completion) => renderTrace(readTrace(completion, FORMAT)),
  grade(completion, problem) {
    const found = answerText(readTrace(completion, FORMAT))
    return 'verdict' in found ? found.verdict : gradeProgram(found.text, readListTask(NAME, problem))
  },
  checkSteps: (completion, problem) => checkListSteps(readTrace(completion, FORMAT).steps, readListTask(NAME, problem).shown)
}

interface Draw extends ListTask {
  readonly key: string
  readonly program: ListProgram
}

function drawTask(random: Random, options: ListOptions): Draw {
  const program = random.next() < options.singles ? [random.pick(PRIMITIVES)] : [random.pick(ORDERS), random.pick(MAPS)]
  const shown = drawExamples(options.examples, program, random, options)
  return { key: formatExamples(shown), program, shown, hidden: drawExamples(HIDDEN_EXAMPLES, program, random, options) }
}

/** No shorter program fits, and every short program that fits the examples shown fits the hidden ones: one answer is as good as another. */
function isFair({ program, shown, hidden }: Draw): boolean {
  const fitting = fittingPrograms(shown)
  return fitting[0]!.length === program.length && fitting.every((candidate) => fits(candidate, hidden))
}

function drawExamples(count: number, program: ListProgram, random: Random, options: ListOptions): Example[] {
  return Array.from({ length: count }, () => {
    const length = options.minLength + random.integer(options.maxLength - options.minLength + 1)
    const input = Array.from({ length }, () => random.integer(LIST_MODULUS))
    return { input, output: runListProgram(program, input) }
  })
}

function problemOf({ program, shown, hidden }: Draw): Problem {
  const prompt = formatExamples(shown)
  return {
    id: problemId(NAME, prompt),
    environment: NAME,
    prompt,
    messages: asMessages(INSTRUCTION, prompt),
    gold: formatListProgram(program),
    params: { functions: program.length, examples: shown.length },
    data: { hidden: hidden.map(({ input, output }) => ({ input: [...input], output: [...output] })) }
  }
}

function gradeProgram(text: string, { shown, hidden }: ListTask): Verdict {
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
