import { randomStream } from '../random/random.ts'

export const ROOMS = 50
export const DOORS = ['a', 'b', 'c', 'd', 'e', 'f'] as const
export type Door = (typeof DOORS)[number]

/** A room and the doors to take from it, one after the other. */
export interface Walk {
  readonly start: number
  readonly doors: readonly Door[]
}

/** Doors of one letter lead from every room to another, no two to the same. The map is the same in every run. */
const MAP: Readonly<Record<Door, readonly number[]>> = {
  a: exits('a'), b: exits('b'), c: exits('c'), d: exits('d'), e: exits('e'), f: exits('f')
}

function exits(door: Door): number[] {
  return randomStream('maze', door).shuffle(Array.from({ length: ROOMS }, (_, room) => room))
}

export const leadsTo = (room: number, door: Door): number => MAP[door][room]!

export const endOf = ({ start, doors }: Walk): number => doors.reduce(leadsTo, start)

/** `26 b d a`. */
export const formatWalk = ({ start, doors }: Walk): string => `${start} ${doors.join(' ')}`

/** `26 b 17`. */
export const lineOf = (room: number, door: Door, to: number): string => `${room} ${door} ${to}`

/** A room 0 … 49 in ASCII digits without leading zeros; null otherwise. */
export function parseRoom(word: string | undefined): number | null {
  return word !== undefined && /^(0|[1-9][0-9]?)$/.test(word) && Number(word) < ROOMS ? Number(word) : null
}

export const parseDoor = (word: string | undefined): Door | null => DOORS.find((door) => door === word) ?? null

/** `26 b d a` as words; null where it is anything else. */
export function parseWalk(words: readonly string[]): Walk | null {
  const start = parseRoom(words[0])
  const doors = words.slice(1).map(parseDoor)
  const known = doors.filter((door) => door !== null)
  return start === null || known.length === 0 || known.length < doors.length ? null : { start, doors: known }
}

/** `26 b 17` as words. */
export function parseLine(words: readonly string[]): { readonly room: number; readonly door: Door; readonly to: number } | null {
  const [room, door, to] = [parseRoom(words[0]), parseDoor(words[1]), parseRoom(words[2])]
  return words.length !== 3 || room === null || door === null || to === null ? null : { room, door, to }
}
