import { quote } from '../graders/quote.ts'
import type { StepVerdict } from '../protocol/rollout.ts'
import { joinWords } from '../renderers/words.ts'
import type { Word } from '../renderers/words.ts'
import { leadsTo, parseLine } from './maze.ts'
import type { Door, Walk } from './maze.ts'

/** Where a walk stands before a step: the room written last and the door to come. */
export interface StepPlace {
  readonly words: readonly Word[]
  readonly room: number
  /** Absent past the end of the walk. */
  readonly next: Door | undefined
}

/** A step goes on from the room that was written, right or wrong, so that one mistake counts once. */
export function placesOf(steps: readonly (readonly Word[])[], walk: Walk): StepPlace[] {
  let room = walk.start
  let done = 0
  return steps.map((words) => {
    const place = { words, room, next: walk.doors[done] }
    const line = parseLine(words.map(({ text }) => text))
    if (line !== null) {
      room = line.to
      done++
    }
    return place
  })
}

export function checkWalkSteps(steps: readonly (readonly Word[])[], walk: Walk): StepVerdict[] {
  return placesOf(steps, walk).map((place) => {
    const { words } = place
    const fault = faultOf(place)
    return { from: words[0]!.from, to: words.at(-1)!.to, ok: fault === null, why: `${quote(joinWords(words))} ${fault ?? 'is true'}.` }
  })
}

function faultOf({ words, room, next }: StepPlace): string | null {
  const line = parseLine(words.map(({ text }) => text))
  if (line === null) return 'is not a room, a door and a room'
  if (line.room !== room) return `starts from ${line.room}, not from ${room}`
  if (line.door !== next) return next === undefined ? 'is one door too many' : `takes door ${line.door}, not ${next}`
  const truth = leadsTo(room, next)
  return line.to === truth ? null : `is false: the door leads to ${truth}`
}
