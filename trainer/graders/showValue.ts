import { readSpecial } from './specialValues.ts'
import type { JsonValue } from './specialValues.ts'

const DEEPEST = 32

/** A value as people read it, cut to about so many characters; never walks further than that, however deep or long the value is. */
export function showValue(value: JsonValue, characters: number): string {
  const parts: string[] = []
  const room = { left: characters }
  write(value, parts, room, 0)
  return room.left >= 0 ? parts.join('') : `${parts.join('').slice(0, characters)}…`
}

interface Room {
  left: number
}

function write(value: JsonValue, parts: string[], room: Room, depth: number): void {
  if (room.left < 0) return
  if (Array.isArray(value)) return writeAll(value.length, '[]', parts, room, (i) => write(value[i]!, parts, room, depth + 1), depth)
  const special = readSpecial(value)
  if (special) return put(special.kind === 'undefined' ? 'undefined' : String(special.value), parts, room)
  if (typeof value !== 'object' || value === null) return put(plain(value as string | number | boolean | null, room.left), parts, room)
  const keys = Object.keys(value)
  const values = value as { readonly [key: string]: JsonValue }
  writeAll(keys.length, '{}', parts, room, (i) => {
    put(`${JSON.stringify(keys[i]!.slice(0, room.left + 1))}: `, parts, room)
    write(values[keys[i]!]!, parts, room, depth + 1)
  }, depth)
}

function writeAll(count: number, brackets: string, parts: string[], room: Room, item: (i: number) => void, depth: number): void {
  if (count > 0 && depth >= DEEPEST) return put('…', parts, room)
  put(brackets[0]!, parts, room)
  for (let i = 0; i < count && room.left >= 0; i++) {
    if (i > 0) put(', ', parts, room)
    item(i)
  }
  put(brackets[1]!, parts, room)
}

function plain(value: string | number | boolean | null, left: number): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, Math.max(0, left) + 1))
  return Object.is(value, -0) ? '-0' : String(value)
}

function put(text: string, parts: string[], room: Room): void {
  parts.push(text)
  room.left -= text.length
}
