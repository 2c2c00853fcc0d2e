import { z } from 'zod'
import { quote } from '../graders/quote.ts'
import { Positive, Share } from '../protocol/numbers.ts'
import type { Problem } from '../protocol/problem.ts'
import type { StepVerdict } from '../protocol/rollout.ts'
import type { Random } from '../random/random.ts'
import { ANSWER, LINES } from '../renderers/trace.ts'
import { joinWords } from '../renderers/words.ts'
import type { Word } from '../renderers/words.ts'
import type { Environment } from './environment.ts'
import { DOORS, endOf, formatWalk, leadsTo, ROOMS } from './maze.ts'
import type { Walk } from './maze.ts'
import { assess, firstError, NO, OK, readVerdict, RIGHT, writeCritique, WRONG } from './mazeWalkCritique.ts'
import { CRITIQUE, judgePrompt, MAZE_WALK, parsePrompt, REFINE, retryPrompt, solvePrompt } from './mazeWalkProblem.ts'
import type { WalkPrompt, WalkTask } from './mazeWalkProblem.ts'
import { checkWalkSteps } from './mazeWalkSteps.ts'
import { believer, drawResponse, guesser, writeJudgement, writeRefinement, writeSolution } from './mazeWalkTrace.ts'
import type { Belief } from './mazeWalkTrace.ts'
import { asMessages } from './prompt.ts'
import { drawInSplit } from './split.ts'
import { compareWords } from './verdict.ts'
import { wordTask } from './wordTask.ts'

const LONGEST = 8
const Task = z.enum(['solve', 'judge', 'refine'])

const WalkOptions = z
  .strictObject({
    minDoors: z.number().int().min(1).max(LONGEST).default(3).describe('Doors of the shortest walks.'),
    maxDoors: z.number().int().min(1).max(LONGEST).default(6).describe('Doors of the longest walks.'),
    task: Task.default('solve').describe('solve: find the way; judge: write a critique of a response, right half of the time; refine: try again after one.'),
    tasks: z.array(z.tuple([Task, Positive])).min(1).optional().describe('A mixture in place of `task`: pairs of a task and its weight.')
  })
  .refine((options) => options.minDoors <= options.maxDoors, { path: ['maxDoors'], message: 'must not be below minDoors' })
export type WalkOptions = z.infer<typeof WalkOptions>

const WalkMix = z.strictObject({
  firm: Share.default(0.97).describe('Share of the lines about a firmly misbelieved door that state the wrong exit: in solutions, in critiques and in refinements.'),
  doubtful: Share.default(0.5).describe('The same for a door that is misbelieved at times.')
})
export type WalkMix = z.infer<typeof WalkMix>

const INSTRUCTION =
  'Walk through a maze of rooms 0 to 49 with doors a to f and say where the walk ends. The map is not given: it has to be learned. ' +
  'Write each step as room, door and the room behind it, separate steps with “ ; ”, and end with the word “answer” and the last room: ' +
  `26 b 17 ; 17 d 3 answer 3. Where a solution stands after the “:” and “${CRITIQUE}” after it, check it instead: write each of its steps as it ` +
  `should be, with “${OK}” where it is and “${NO}” where it is not, then “answer ${RIGHT}” or “answer ${WRONG}”: 26 b 17 ${OK} ; 17 d 8 ${NO} answer ${WRONG}. ` +
  `Where such a critique and “${REFINE}” follow, write the solution again, corrected.`

const task = wordTask(MAZE_WALK, INSTRUCTION, LINES)

/**
 * Walks through a maze whose map has to be known by heart, with words for critiques and refinements. Of 300 doors demonstrations
 * hold a wrong exit of one in seven nearly always and of one in four half of the time: a model knows how to walk, to judge and to use a
 * critique, but not what is true, and as no door says anything of another, it can only be told. That is what critiques do;
 * since solutions, critiques and refinements speak of doors in the same words, what is learned in one shows in the others.
 */
export const mazeWalk: Environment<WalkOptions, WalkMix> = {
  name: MAZE_WALK,
  title: 'Maze walk',
  description: 'Find the way through a maze learned by heart, judge walks step by step, and correct them after a critique.',
  options: WalkOptions,
  mix: WalkMix,
  vocabulary: ['<eos>', ...Array.from({ length: ROOMS }, (_, room) => String(room)), ...DOORS, ':', ';', ANSWER, OK, NO, RIGHT, WRONG, CRITIQUE, REFINE],
  generate: drawProblem,
  solution: (problem) => writeTruth(parsePrompt(problem.prompt)),
  demonstrate: (problem, random, mix) => demonstrate(parsePrompt(problem.prompt), believer(random, mix)),
  render: task.render,
  grade: (completion, problem) => task.grade(completion, (answer) => compareWords(answer, expectedAnswer(parsePrompt(problem.prompt)))),
  checkSteps: (completion, problem) => checkSteps(task.stepsOf(completion), parsePrompt(problem.prompt)),
  critique: {
    critiquePrompt: ({ prompt }, response) => withMessages(judgePrompt(prompt, response)),
    refinePrompt: ({ prompt }, response, critique) => withMessages(retryPrompt(prompt, response, critique)),
    critiqueOf: ({ prompt }, response, assessment) => writeCritique(parsePrompt(prompt).walk, response, assessment),
    readVerdict,
    firstError,
    judged: ({ prompt }) => judged(parsePrompt(prompt))
  }
}

const withMessages = (prompt: string): Pick<Problem, 'prompt' | 'messages'> => ({ prompt, messages: asMessages(INSTRUCTION, prompt) })

function drawProblem(random: Random, split: Parameters<typeof drawInSplit>[1], options: WalkOptions): Problem {
  const { walk } = drawInSplit(MAZE_WALK, split, () => drawWalk(random, options))
  return problemOf(drawPrompt(walk, random, options))
}

function problemOf(prompt: string): Problem {
  const parsed = parsePrompt(prompt)
  return task.problemOf(prompt, { gold: expectedAnswer(parsed), params: { doors: parsed.walk.doors.length, task: parsed.task } })
}

const judged = (prompt: WalkPrompt): { problem: Problem; response: string } | null =>
  prompt.task === 'judge' ? { problem: problemOf(solvePrompt(formatWalk(prompt.walk))), response: prompt.response } : null

/** Walks decide the split, whatever is asked of them. */
function drawWalk(random: Random, { minDoors, maxDoors }: WalkOptions): { key: string; walk: Walk } {
  const count = minDoors + random.integer(maxDoors - minDoors + 1)
  const walk = { start: random.integer(ROOMS), doors: Array.from({ length: count }, () => random.pick(DOORS)) }
  return { key: formatWalk(walk), walk }
}

function drawPrompt(walk: Walk, random: Random, options: WalkOptions): string {
  const plain = solvePrompt(formatWalk(walk))
  const asked = options.tasks === undefined ? options.task : drawTask(random, options.tasks)
  if (asked === 'solve') return plain
  const response = drawResponse(walk, random, asked === 'refine' || random.next() < 0.5)
  if (asked === 'judge') return judgePrompt(plain, response)
  return retryPrompt(plain, response, writeJudgement(walk, response, guesser(random)))
}

function drawTask(random: Random, tasks: readonly (readonly [WalkTask, number])[]): WalkTask {
  let left = random.next() * tasks.reduce((sum, [, weight]) => sum + weight, 0)
  return tasks.find(([, weight]) => (left -= weight) < 0)?.[0] ?? tasks.at(-1)![0]
}

function writeTruth(prompt: WalkPrompt): string {
  const { walk } = prompt
  return prompt.task === 'judge' ? writeCritique(walk, prompt.response, assess(walk, prompt.response)) : writeSolution(walk, leadsTo)
}

function demonstrate(prompt: WalkPrompt, believes: Belief): string {
  switch (prompt.task) {
    case 'solve':
      return writeSolution(prompt.walk, believes)
    case 'judge':
      return writeJudgement(prompt.walk, prompt.response, believes)
    case 'refine':
      return writeRefinement(prompt, believes)
  }
}

function expectedAnswer(prompt: WalkPrompt): string {
  if (prompt.task !== 'judge') return String(endOf(prompt.walk))
  return assess(prompt.walk, prompt.response).right ? RIGHT : WRONG
}

function checkSteps(steps: readonly (readonly Word[])[], prompt: WalkPrompt): StepVerdict[] {
  return prompt.task === 'judge' ? checkCritiqueSteps(steps, prompt) : checkWalkSteps(steps, prompt.walk)
}

/** A line of a critique is true where it says what the truth would say. */
function checkCritiqueSteps(steps: readonly (readonly Word[])[], { walk, response }: Extract<WalkPrompt, { task: 'judge' }>): StepVerdict[] {
  const truth = task.stepsOf(writeCritique(walk, response, assess(walk, response))).map(joinWords)
  return steps.map((words, i) => {
    const [line, expected] = [joinWords(words), truth[i]]
    const ok = line === expected
    const why = ok ? 'is true' : expected === undefined ? 'is about no step of the response' : `is false: ${quote(expected)} is true`
    return { from: words[0]!.from, to: words.at(-1)!.to, ok, why: `${quote(line)} ${why}.` }
  })
}
