import { z } from 'zod'
import type { ExecutionRecord } from '../protocol/execution.ts'
import { Positive, Share } from '../protocol/numbers.ts'
import type { Problem } from '../protocol/problem.ts'
import type { Random } from '../random/random.ts'
import { ANSWER, readTrace } from '../renderers/trace.ts'
import { afterTurn, CODE_REPAIR, parseRepairPrompt, repairPrompt, visibleTests } from './codeRepairProblem.ts'
import { FEEDBACK, leastTold, tellBody, writeRepair } from './codeRepairTrace.ts'
import type { Habits } from './codeRepairTrace.ts'
import type { Environment } from './environment.ts'
import { bodiesNear, BODY_KINDS, FUNCTION_LANGUAGES, formatBody, valueOf } from './functionBody.ts'
import type { Body, FunctionLanguage } from './functionBody.ts'
import { functionTask, goldBody, languageOf } from './functionCode.ts'
import { dataOf, drawExamples, examplesAsData, examplesIn, fits, fittingBodies, LETTERS } from './functionExamples.ts'
import type { Example } from './functionExamples.ts'
import { TELL_FAILED, tellExecution } from './functionFeedback.ts'
import { checkFunctionSteps } from './functionSteps.ts'
import { FUNCTION_VOCABULARY } from './functionSynthesis.ts'
import { CHECKS, writeChecked } from './functionTrace.ts'
import type { NamedExample } from './functionTrace.ts'
import { gradeExecution, renderProgram } from './programGrade.ts'
import { asMessages } from './prompt.ts'
import { drawInSplit, problemId } from './split.ts'

const HIDDEN_EXAMPLES = 2
const MOST_EARLIER = 2

const RepairOptions = z.strictObject({
  mistakes: z.number().int().min(1).max(2).default(2).describe('Places (operator, terms, constant) in which the function is wrong at most.'),
  repairs: z.number().int().min(1).max(5).default(1).describe('Repairs within reach that pass the test told first, at least: the more there are, the less it decides alone.'),
  tests: z.number().int().min(2).max(6).default(4).describe('Tests whose failures may be told; of these the first that fails stands in the prompt.'),
  feedback: z.enum(FEEDBACK).default('tests').describe('What is told of a program that failed: the first failing test, one that the first line does not tell where there is such a one, or only that it failed.'),
  earlier: z.array(z.tuple([z.number().int().min(0).max(MOST_EARLIER), Positive])).min(1).default([[0, 1]])
    .describe('Attempts that failed and stand in the prompt already: pairs of their number and its weight.'),
  language: z.enum(FUNCTION_LANGUAGES).default('javascript').describe('Of the programs: python needs a sandbox for it on this machine.')
})
export type RepairOptions = z.infer<typeof RepairOptions>

const RepairMix = z.strictObject({
  giveUp: Share.default(0.5).describe('Share of turns that stop after one attempt.'),
  attempts: z.number().int().min(1).max(4).default(3).describe('Attempts of the other turns at most.'),
  hit: Share.default(0.55).describe('Share of attempts that fit all tests that are gone by; the others are random.'),
  unchecked: Share.default(0.1).describe('Share of turns that answer without any check.'),
  ignore: Share.default(0.6).describe('Share of later turns that go by the first test alone, whatever was told since.')
})
export type RepairMix = z.infer<typeof RepairMix>

const INSTRUCTION =
  'Repair a function f of two digits a and b. After the program stands the first test that it fails: the letter of the test, both digits, ' +
  '“>”, the value expected and the value got. Propose what f should return, write “:” and check it on every test that you were told: the test, the value of the ' +
  'first operation, the value after the constant where there is one, and “ok” or “no”. Try again after “no”, and end with the word ' +
  `“answer” and the whole program on one line: a * b + 3 : p 3 4 > 15 12 15 ok ${ANSWER} function f ( a , b ) { return a * b + 3 }. ` +
  'The program is run; where a test fails, you are told and write again.'

/**
 * Repair a function from the output of its tests, over several turns: write, run, read what failed, write again. One test leaves several
 * repairs, so that what later tests say decides. The demonstrations mostly give up early and go by the first test alone.
 */
export const codeRepair: Environment<RepairOptions, RepairMix> = {
  name: CODE_REPAIR,
  title: 'Code repair',
  description: 'Repair a failing function from its test output: write, run, read the failure, write again.',
  options: RepairOptions,
  mix: RepairMix,
  vocabulary: FUNCTION_VOCABULARY,
  generate(random, split, options) {
    const problem = problemOf(drawInSplit(CODE_REPAIR, split, () => drawTask(random, options), (drawn) => isOpen(drawn, options) && isDecided(drawn)), options)
    return withEarlier(problem, weighted(options.earlier, random), random, options)
  },
  solution: (problem) => writeChecked(goldBody(CODE_REPAIR, problem), toldIn(problem), languageOf(problem)),
  demonstrate: (problem, random, mix) => writeRepair(repairOf(problem), toldIn(problem), random, mix).text,
  render: (completion) => renderProgram(completion, CHECKS),
  grade: (completion, _, execution) => gradeExecution(CODE_REPAIR, completion, execution),
  checkSteps: (completion, problem) => checkFunctionSteps(readTrace(completion, CHECKS).steps, visibleTests(problem)),
  code: {
    task: (completion, problem) =>
      functionTask(completion, problem, { visible: visibleTests(problem), hidden: examplesIn(problem, 'hidden'), gold: goldBody(CODE_REPAIR, problem) }),
    feedback: (execution, problem) => tellOutcome(execution, problem)
  }
}

function tellOutcome(execution: ExecutionRecord, problem: Problem): string {
  const { feedback } = problem.params
  const visible = visibleTests(problem)
  if (feedback === 'verdict') return TELL_FAILED
  return tellExecution(execution, feedback === 'newTests' ? leastTold(visible, parseRepairPrompt(problem).failing) : visible)
}

interface Draw {
  readonly key: string
  readonly broken: Body
  readonly right: Body
  /** The test told first. */
  readonly failing: Example
  readonly visible: readonly Example[]
  readonly hidden: readonly Example[]
  readonly mistakes: number
  readonly language: FunctionLanguage
}

/** null where the broken function passes the tests. */
function drawTask(random: Random, { mistakes, tests, language }: RepairOptions): Draw | null {
  const right = random.pick(BODY_KINDS[random.next() < 0.7 ? 'pairThen' : random.next() < 0.5 ? 'pair' : 'constant'])
  const broken = random.pick(bodiesNear(right, mistakes))
  const visible = drawExamples(right, tests, random)
  const hidden = drawExamples(right, HIDDEN_EXAMPLES, random, visible)
  const first = visible.findIndex((example) => !fits(broken, [example]))
  if (first < 0) return null
  const failing = { letter: LETTERS[first]!, example: visible[first]! }
  const key = repairPrompt({ broken, language, failing, got: valueOf(broken, failing.example.a, failing.example.b) })
  return { key, broken, right, failing: failing.example, visible, hidden, mistakes, language }
}

/** The test told first leaves so many repairs. */
const isOpen = ({ broken, failing, mistakes }: Draw, { repairs }: RepairOptions): boolean => fittingBodies([failing], bodiesNear(broken, mistakes)).length >= repairs

/** Of the bodies within reach of the broken one only the right one passes the tests that may be told. */
const isDecided = ({ broken, visible, mistakes }: Draw): boolean => fittingBodies(visible, bodiesNear(broken, mistakes)).length === 1

function problemOf({ key, right, visible, hidden, mistakes, language }: Draw, { feedback }: RepairOptions): Problem {
  return {
    id: problemId(CODE_REPAIR, `${key} ${examplesAsData([...visible, ...hidden]).join(' ')}`), environment: CODE_REPAIR, prompt: key, messages: asMessages(INSTRUCTION, key),
    gold: formatBody(right, language), params: { mistakes, feedback, language, earlier: 0 },
    data: { visible: examplesAsData(visible), hidden: examplesAsData(hidden) }
  }
}

function weighted(pairs: RepairOptions['earlier'], random: Random): number {
  let left = random.next() * pairs.reduce((sum, [, weight]) => sum + weight, 0)
  return (pairs.find(([, weight]) => (left -= weight) < 0) ?? pairs.at(-1)!)[0]
}

/** Habits of the attempts that stand in prompts: what failed there is of all kinds. */
const EARLIER: Habits = { giveUp: 0.5, attempts: 3, hit: 0.4, unchecked: 0.2, ignore: 0.5 }

/** The problem after attempts that failed. One that came out right ends the row: the problem then has fewer. */
function withEarlier(problem: Problem, count: number, random: Random, { feedback }: RepairOptions): Problem {
  const [visible, right, repair] = [visibleTests(problem), goldBody(CODE_REPAIR, problem), repairOf(problem)]
  let { prompt } = problem
  let told: readonly NamedExample[] = toldIn(problem)
  let earlier = 0
  while (earlier < count) {
    const { text, body } = writeRepair(repair, told, random, EARLIER)
    const answer = tellBody(body, right, visible, told, feedback)
    if (answer === null) break
    prompt = afterTurn(prompt, text, answer.feedback)
    told = answer.told
    earlier++
  }
  if (earlier === 0) return problem
  const data = { ...(problem.data as Record<string, number[][]>), told: told.map(({ letter }) => visible.findIndex((test) => test.letter === letter)) }
  return { ...problem, id: problemId(CODE_REPAIR, `${problem.id} ${prompt}`), prompt, messages: asMessages(INSTRUCTION, prompt), params: { ...problem.params, earlier }, data }
}

/** The tests that a prompt tells: the failing one, and in later turns those told since. */
function toldIn(problem: Problem): readonly NamedExample[] {
  const { failing } = parseRepairPrompt(problem)
  const told = dataOf(problem, 'told')
  if (!Array.isArray(told)) return [failing]
  const visible = visibleTests(problem)
  return told.flatMap((place: unknown) => (typeof place === 'number' && visible[place] ? [visible[place]] : []))
}

function repairOf(problem: Problem): { broken: Body; mistakes: number; language: FunctionLanguage } {
  const { mistakes } = problem.params
  return { broken: parseRepairPrompt(problem).broken, mistakes: typeof mistakes === 'number' ? mistakes : 2, language: languageOf(problem) }
}
