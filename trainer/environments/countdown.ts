import { z } from 'zod'
import { Share } from '../protocol/numbers.ts'
import type { Problem } from '../protocol/problem.ts'
import type { Random } from '../random/random.ts'
import { ANSWER, readTrace, renderTrace } from '../renderers/trace.ts'
import type { TraceFormat } from '../renderers/trace.ts'
import { gradeCountdown } from './countdownGrade.ts'
import { drawAttempt, drawLegalAttempt, formatAttempt, formatExpression, LARGEST, OPERATORS, resultOf, solve } from './countdownSearch.ts'
import type { Attempt } from './countdownSearch.ts'
import { checkCountdownSteps } from './countdownSteps.ts'
import type { Environment } from './environment.ts'
import { asMessages, badPrompt } from './prompt.ts'
import { drawInSplit, problemId } from './split.ts'

const NAME = 'countdown'

const CountdownOptions = z
  .strictObject({
    count: z.number().int().min(2).max(4).default(3).describe('Numbers given.'),
    smallest: z.number().int().min(1).max(30).default(1).describe('Smallest number given.'),
    largest: z.number().int().min(1).max(30).default(15).describe('Largest number given.'),
    lowestTarget: z.number().int().min(0).max(LARGEST).default(10),
    highestTarget: z.number().int().min(0).max(LARGEST).default(99),
    useAll: z.boolean().default(false).describe('Every number has to be used; otherwise each at most once.')
  })
  .refine((options) => options.smallest <= options.largest, { path: ['largest'], message: 'must not be below smallest' })
  .refine((options) => options.lowestTarget <= options.highestTarget, { path: ['highestTarget'], message: 'must not be below lowestTarget' })
export type CountdownOptions = z.infer<typeof CountdownOptions>

const CountdownMix = z
  .strictObject({
    giveUp: Share.default(0.75).describe('Share of traces that stop searching early.'),
    earlyAttempts: z.number().int().min(1).max(16).default(1).describe('Such traces make 1 to this many attempts.'),
    attempts: z.number().int().min(1).max(16).default(7).describe('Attempts of the others at most.'),
    hit: Share.default(0.25).describe('Share of attempts that reach the target; the others are random, and none is made twice.'),
    wrongAnswer: Share.default(0.1).describe('Share of final answers replaced by a random expression.')
  })
export type CountdownMix = z.infer<typeof CountdownMix>

/** An attempt ends with its claim. */
const FORMAT: TraceFormat = { separators: [';'], closers: ['ok', 'no'] }

const INSTRUCTION =
  'Reach the last number from the numbers before it with + - * and each of them at most once. Search by attempts such as ' +
  '“5 - 2 = 3 * 8 = 24 no”, ending each with “ok” or “no”, then write the word “answer” and the expression: ' +
  '5 * 2 = 10 * 8 = 80 ok answer ( 5 * 2 ) * 8'

interface Task {
  readonly numbers: readonly number[]
  readonly target: number
}

/**
 * Reach a target from given numbers, with a search written out: attempts that end in `ok` or `no`. The demonstrations search
 * well but mostly give up early, which leaves a strategy to be found: going on.
 */
export const countdown: Environment<CountdownOptions, CountdownMix> = {
  name: NAME,
  title: 'Countdown',
  description: 'Reach a target number from given numbers, each used at most once.',
  options: CountdownOptions,
  mix: CountdownMix,
  vocabulary: ['<eos>', ...Array.from({ length: LARGEST + 1 }, (_, value) => String(value)), ...OPERATORS, '=', '(', ')', ':', 'ok', 'no', ANSWER],
  generate(random, split, options) {
    return problemOf(drawInSplit(NAME, split, () => drawTask(random, options)), options)
  },
  solution(problem) {
    const attempt = solutionsOf(problem)[0]!
    return `${formatAttempt(attempt)} ok ${ANSWER} ${formatExpression(attempt)}`
  },
  demonstrate,
  render: (completion) => renderTrace(readTrace(completion, FORMAT)),
  grade(completion, problem) {
    return gradeCountdown(readTrace(completion, FORMAT), { ...parseTask(problem.prompt), useAll: problem.params['useAll'] === true })
  },
  checkSteps(completion, problem) {
    const { numbers, target } = parseTask(problem.prompt)
    return checkCountdownSteps(readTrace(completion, FORMAT).steps, numbers, target)
  }
}

function drawTask(random: Random, options: CountdownOptions): (Task & { key: string }) | null {
  const numbers = Array.from({ length: options.count }, () => options.smallest + random.integer(options.largest - options.smallest + 1))
  const attempt = drawAttempt(numbers, random)
  if (attempt === null) return null
  const target = resultOf(attempt)
  if (target < options.lowestTarget || target > options.highestTarget) return null
  return { numbers, target, key: `${numbers.toSorted((a, b) => a - b).join(' ')} : ${target}` }
}

function problemOf({ numbers, target }: Task, options: CountdownOptions): Problem {
  const prompt = `${numbers.join(' ')} ${target} :`
  return {
    id: problemId(NAME, options.useAll ? `${prompt} all` : prompt),
    environment: NAME,
    prompt,
    messages: asMessages(options.useAll ? `${INSTRUCTION}\nEvery number has to be used.` : INSTRUCTION, prompt),
    gold: String(target),
    params: { count: numbers.length, target, useAll: options.useAll }
  }
}

function parseTask(prompt: string): Task {
  const values = /^(?:[0-9]{1,3} ){3,5}:$/.test(prompt) ? prompt.slice(0, -2).split(' ').map(Number) : []
  if (values.length === 0) throw badPrompt(NAME, prompt, '“8 5 2 80 :”')
  return { numbers: values.slice(0, -1), target: values.at(-1)! }
}

/** At least one. */
function solutionsOf(problem: Problem): Attempt[] {
  const { numbers, target } = parseTask(problem.prompt)
  const solutions = solve(numbers, target)
  if (solutions.length === 0) throw badPrompt(NAME, problem.prompt, 'of a solvable problem')
  return solutions
}

function demonstrate(problem: Problem, random: Random, mix: CountdownMix): string {
  const { numbers, target } = parseTask(problem.prompt)
  let solutions: readonly Attempt[] | null = null
  const most = random.next() < mix.giveUp ? 1 + random.integer(mix.earlyAttempts) : mix.attempts
  const words: string[] = []
  const tried = new Set<string>()
  let last: Attempt
  let reached: boolean
  do {
    last = random.next() < mix.hit ? random.pick((solutions ??= solutionsOf(problem))) : drawUntried(numbers, tried, random)
    reached = resultOf(last) === target
    tried.add(formatAttempt(last))
    words.push(formatAttempt(last), reached ? 'ok' : 'no')
  } while (!reached && words.length < 2 * most)
  const final = random.next() < mix.wrongAnswer ? drawLegalAttempt(numbers, random) : last
  return `${words.join(' ')} ${ANSWER} ${formatExpression(final)}`
}

/** Draws of an untried attempt before a repetition is let pass: small problems have few attempts. */
const DRAWS = 20

/** A random attempt that was not made before: a search that repeats itself would teach greedy decoding to run in circles. */
function drawUntried(numbers: readonly number[], tried: ReadonlySet<string>, random: Random): Attempt {
  let attempt = drawLegalAttempt(numbers, random)
  for (let i = 1; i < DRAWS && tried.has(formatAttempt(attempt)); i++) attempt = drawLegalAttempt(numbers, random)
  return attempt
}
