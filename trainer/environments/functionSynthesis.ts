import { z } from 'zod'
import { Share } from '../protocol/numbers.ts'
import type { Problem } from '../protocol/problem.ts'
import type { Random } from '../random/random.ts'
import { ANSWER, readTrace } from '../renderers/trace.ts'
import type { Environment } from './environment.ts'
import { BODIES, BODY_KINDS, formatBody, FUNCTION_LANGUAGES, PROGRAM_WORDS } from './functionBody.ts'
import type { Body, BodyKind } from './functionBody.ts'
import { functionTask, goldBody, languageOf } from './functionCode.ts'
import type { FunctionTests } from './functionCode.ts'
import { drawExamples, examplesAsData, examplesIn, fittingBodies, formatExample, LETTERS, NUMBERS, parseExample } from './functionExamples.ts'
import type { Example } from './functionExamples.ts'
import { FEEDBACK_WORDS, tellExecution } from './functionFeedback.ts'
import { checkFunctionSteps } from './functionSteps.ts'
import { CHECKS, writeChecked, writeSearch } from './functionTrace.ts'
import type { NamedExample } from './functionTrace.ts'
import { gradeExecution, renderProgram } from './programGrade.ts'
import { asMessages, badPrompt } from './prompt.ts'
import { drawInSplit, problemId } from './split.ts'

const NAME = 'function-synthesis'
/** Inputs that a program is tried on besides the examples shown and fresh ones. */
const HIDDEN_EXAMPLES = 3
const SHARES: Readonly<Record<BodyKind, number>> = { pair: 0.2, pairThen: 0.5, constant: 0.3 }

const SynthesisOptions = z.strictObject({
  examples: z.number().int().min(1).max(5).default(3).describe('Inputs with their values that are shown.'),
  language: z.enum(FUNCTION_LANGUAGES).default('javascript').describe('Of the programs: python needs a sandbox for it on this machine.')
})
export type SynthesisOptions = z.infer<typeof SynthesisOptions>

const SynthesisMix = z.strictObject({
  giveUp: Share.default(0.6).describe('Share of traces that stop searching early.'),
  earlyAttempts: z.number().int().min(1).max(8).default(1).describe('Such traces make 1 to this many attempts.'),
  attempts: z.number().int().min(1).max(8).default(5).describe('Attempts of the others at most.'),
  hit: Share.default(0.55).describe('Share of attempts that propose a body which fits; the others are random.'),
  unchecked: Share.default(0.1).describe('Share of traces that answer without any check.'),
  oneExample: Share.default(0.3).describe('Share of traces that check the first example only.')
})
export type SynthesisMix = z.infer<typeof SynthesisMix>

const INSTRUCTION =
  'Write a function f of two digits a and b that gives the value after each “>” for the two digits before it. Each example has a letter ' +
  'before it. Propose what f returns, write “:” and check the examples one by one: the example, the value of the first operation, the value after ' +
  'the constant where there is one, and “ok” or “no”. Try again after “no”, and end with the word “answer” and the whole program on one ' +
  `line: a * b + 3 : p 3 4 > 15 12 15 ok q 8 2 > 19 16 19 ok ${ANSWER} function f ( a , b ) { return a * b + 3 }`

/** All words of prompts and traces of functions on digits, in both languages. */
export const FUNCTION_VOCABULARY: readonly string[] = ['<eos>', ...NUMBERS, ...LETTERS, ...PROGRAM_WORDS, '>', ...FEEDBACK_WORDS, 'ok', ANSWER]

/**
 * Write a real function from examples; the program is run on the examples, on hidden inputs and on fresh ones. A search written out
 * comes first: propose, check, try again. The demonstrations mostly stop after one proposal or check one example, which leaves a strategy
 * to be found.
 */
export const functionSynthesis: Environment<SynthesisOptions, SynthesisMix> = {
  name: NAME,
  title: 'Function synthesis',
  description: 'Write a function from examples; the program is executed on hidden and fresh inputs.',
  options: SynthesisOptions,
  mix: SynthesisMix,
  vocabulary: FUNCTION_VOCABULARY,
  generate(random, split, options) {
    const drawn = drawInSplit(NAME, split, () => drawTask(random, options), ({ shown }) => fittingBodies(shown).length === 1)
    return problemOf(drawn, drawExamples(drawn.body, HIDDEN_EXAMPLES, random, drawn.shown), options)
  },
  solution: (problem) => writeChecked(goldBody(NAME, problem), shownIn(problem), languageOf(problem)),
  demonstrate: (problem, random, mix) => demonstrate(problem, random, mix),
  render: (completion) => renderProgram(completion, CHECKS),
  grade: (completion, _, execution) => gradeExecution(NAME, completion, execution),
  checkSteps: (completion, problem) => checkFunctionSteps(readTrace(completion, CHECKS).steps, shownIn(problem)),
  code: {
    task: (completion, problem) => functionTask(completion, problem, testsOf(problem)),
    feedback: (execution, problem) => tellExecution(execution, shownIn(problem))
  }
}

interface Draw {
  readonly key: string
  readonly body: Body
  readonly shown: readonly Example[]
}

function drawTask(random: Random, { examples }: SynthesisOptions): Draw {
  const kind = random.next()
  const body = random.pick(BODY_KINDS[kind < SHARES.pair ? 'pair' : kind < SHARES.pair + SHARES.pairThen ? 'pairThen' : 'constant'])
  const shown = drawExamples(body, examples, random)
  return { key: formatPrompt(shown), body, shown }
}

const formatPrompt = (shown: readonly Example[]): string => `${shown.map((example, i) => formatExample(example, LETTERS[i]!)).join(' | ')} :`

function problemOf({ body, shown }: Draw, hidden: readonly Example[], { language }: SynthesisOptions): Problem {
  const prompt = formatPrompt(shown)
  return {
    id: problemId(NAME, `${language} ${prompt}`), environment: NAME, prompt, messages: asMessages(instructionFor(language), prompt),
    gold: formatBody(body, language), params: { examples: shown.length, language }, data: { hidden: examplesAsData(hidden) }
  }
}

const instructionFor = (language: SynthesisOptions['language']): string =>
  language === 'javascript' ? INSTRUCTION : INSTRUCTION.replace('function f ( a , b ) { return a * b + 3 }', 'def f ( a , b ) : return a * b + 3')

/** The examples in a prompt. Throws `environment/bad-prompt`. */
function shownIn({ prompt }: Problem): NamedExample[] {
  const found = prompt.replace(/ :$/, '').split(' | ', LETTERS.length).flatMap((text) => parseExample(text.split(' ', 6)) ?? [])
  if (found.length === 0 || formatPrompt(found.map(({ example }) => example)) !== prompt) throw badPrompt(NAME, prompt, '“p 3 4 > 15 | q 8 2 > 19 :”')
  return found
}

const testsOf = (problem: Problem): FunctionTests => ({ visible: shownIn(problem), hidden: examplesIn(problem, 'hidden'), gold: goldBody(NAME, problem) })

function demonstrate(problem: Problem, random: Random, mix: SynthesisMix): string {
  const examples = shownIn(problem)
  const fitting = fittingBodies(examples.map(({ example }) => example))
  const unchecked = random.next() < mix.unchecked
  const checked = random.next() < mix.oneExample ? examples.slice(0, 1) : examples
  const attempts = random.next() < mix.giveUp ? 1 + random.integer(mix.earlyAttempts) : mix.attempts
  return writeSearch({ checked, proposals: BODIES, fitting, hit: mix.hit, attempts, unchecked, language: languageOf(problem) }, random).text
}
