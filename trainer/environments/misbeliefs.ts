import { hash32 } from '../random/random.ts'
import { leadsTo, ROOMS } from './maze.ts'
import type { Door } from './maze.ts'

/** Shares of the doors of which a wrong exit is believed firmly, or at times. */
const FIRM = 0.15
const DOUBTFUL = 0.25

/** A wrong exit that is believed of a door. */
export interface Misbelief {
  readonly to: number
  readonly firm: boolean
}

/** The one misbelief that there is of a door; null where none is. The same in every run. */
export function misbeliefOf(room: number, door: Door): Misbelief | null {
  const place = hash32('misbelieved', room, door) / 2 ** 32
  return place < FIRM + DOUBTFUL ? { to: otherExit(room, door), firm: place < FIRM } : null
}

/** A room that the door does not lead to, always the same one. */
export function otherExit(room: number, door: Door): number {
  return (leadsTo(room, door) + 1 + (hash32('misbelief', room, door) % (ROOMS - 1))) % ROOMS
}
