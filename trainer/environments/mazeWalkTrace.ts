import type { Random } from '../random/random.ts'
import { ANSWER, LINES, readTrace } from '../renderers/trace.ts'
import { endOf, leadsTo, lineOf, ROOMS } from './maze.ts'
import type { Door, Walk } from './maze.ts'
import { NO, OK, RIGHT, WRONG } from './mazeWalkCritique.ts'
import type { WalkPrompt } from './mazeWalkProblem.ts'
import { placesOf } from './mazeWalkSteps.ts'
import { misbeliefOf } from './misbeliefs.ts'

/** Where a writer takes a door to lead. */
export type Belief = (room: number, door: Door) => number

/** How often a misbelief shows in a line about its door. */
export interface Held {
  readonly firm: number
  readonly doubtful: number
}

export const believer = (random: Random, held: Held): Belief => (room, door) => {
  const drawn = random.next()
  const misbelief = misbeliefOf(room, door)
  return misbelief !== null && drawn < (misbelief.firm ? held.firm : held.doubtful) ? misbelief.to : leadsTo(room, door)
}

/** Share of the lines that a guesser makes up. */
const GUESSED = 0.4

/**
 * The critic of the responses that are refined in problems to learn from: what it says is to be taken over, be it made up, and
 * tells nothing of the map.
 */
export function guesser(random: Random): Belief {
  const believes = believer(random, { firm: 1, doubtful: 0.5 })
  return (room, door) => (random.next() < GUESSED ? random.integer(ROOMS) : believes(room, door))
}

export function writeSolution(walk: Walk, believes: Belief): string {
  let room = walk.start
  const lines = walk.doors.map((door) => {
    const from = room
    room = believes(from, door)
    return lineOf(from, door, room)
  })
  return `${lines.join(' ; ')} ${ANSWER} ${room}`
}

/** A critic that walks through every door of a well-formed response again and compares. */
export function writeJudgement(walk: Walk, response: string, believes: Belief): string {
  let right = true
  const lines = placesOf(readTrace(response, LINES).steps, walk).flatMap(({ words, room, next }) => {
    if (next === undefined) return []
    const own = believes(room, next)
    const agrees = words.at(-1)!.text === String(own)
    right &&= agrees
    return [`${lineOf(room, next, own)} ${agrees ? OK : NO}`]
  })
  return `${lines.join(' ; ')} ${ANSWER} ${right ? RIGHT : WRONG}`
}

/** Takes over what the critique says of a door; goes by its own belief through the others. */
export function writeRefinement({ walk, critique }: Extract<WalkPrompt, { task: 'refine' }>, believes: Belief): string {
  const said = new Map(readTrace(critique, LINES).steps.map(([room, door, to]) => [`${room?.text} ${door?.text}`, Number(to?.text)]))
  return writeSolution(walk, (room, door) => said.get(`${room} ${door}`) ?? believes(room, door))
}

/** Slips of the responses that are judged and refined: misbeliefs and, less often, any room. */
const MISBELIEF_SLIPS: Held = { firm: 0.5, doubtful: 0.5 }
const OTHER_SLIPS = 0.12

/** A response to judge: true throughout, or with slips that lead to a wrong answer. */
export function drawResponse(walk: Walk, random: Random, faulty: boolean): string {
  if (!faulty) return writeSolution(walk, leadsTo)
  const answer = String(endOf(walk))
  for (;;) {
    const response = writeSolution(walk, (room, door) => (random.next() < OTHER_SLIPS ? random.integer(ROOMS) : believer(random, MISBELIEF_SLIPS)(room, door)))
    if (response.slice(response.lastIndexOf(' ') + 1) !== answer) return response
  }
}
