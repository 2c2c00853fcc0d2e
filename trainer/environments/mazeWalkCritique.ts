import { ANSWER, LINES, readTrace } from '../renderers/trace.ts'
import { joinWords } from '../renderers/words.ts'
import type { Assessment } from './environment.ts'
import { endOf, leadsTo, lineOf } from './maze.ts'
import type { Walk } from './maze.ts'
import { checkWalkSteps, placesOf } from './mazeWalkSteps.ts'
import type { StepPlace } from './mazeWalkSteps.ts'
import { otherExit } from './misbeliefs.ts'

/** What a critique says of a step, and of the whole. */
export const OK = 'ok'
export const NO = 'no'
export const RIGHT = 'right'
export const WRONG = 'wrong'

/** A line for each assessed step, `26 b 17 ok` or what should stand there and `no`; then the verdict on the whole. */
export function writeCritique(walk: Walk, response: string, { steps, right }: Assessment): string {
  const places = placesOf(readTrace(response, LINES).steps, walk).slice(0, steps.length)
  const lines = places.map((place, i) => (steps[i]!.ok === false ? `${correction(place)}${NO}` : `${joinWords(place.words)} ${OK}`))
  return [...(lines.length > 0 ? [lines.join(' ; ')] : []), ANSWER, right ? RIGHT : WRONG].join(' ')
}

/** The line that should stand there. Against a true line it claims another exit: that is what a labeler in error does. */
function correction({ words, room, next }: StepPlace): string {
  if (next === undefined) return ''
  const expected = lineOf(room, next, leadsTo(room, next))
  return `${expected === joinWords(words) ? lineOf(room, next, otherExit(room, next)) : expected} `
}

export function readVerdict(critique: string): boolean | null {
  const answer = readTrace(critique, LINES).answer
  const word = answer?.length === 1 ? answer[0]!.text : null
  return word === RIGHT ? true : word === WRONG ? false : null
}

export function firstError(critique: string): number | null {
  const index = readTrace(critique, LINES).steps.findIndex((words) => words.at(-1)!.text === NO)
  return index < 0 ? null : index
}

/** The truth of a response. */
export function assess(walk: Walk, response: string): Assessment {
  const { steps, answer } = readTrace(response, LINES)
  return { steps: checkWalkSteps(steps, walk), right: answer?.length === 1 && answer[0]!.text === String(endOf(walk)) }
}
