import fs from 'node:fs'
import { onDisk } from '../stores/diskGuard.ts'
import { openToRead, plainKind } from '../stores/plainFiles.ts'

/** Lines of a file, whole ones only, from a window of bytes at each of `windows` evenly spaced places; all of a small file. */
export function sampleLines(place: string, windows: number, windowBytes: number): string[][] {
  if (plainKind(place) !== 'file') return []
  const file = openToRead(place)
  try {
    const { size } = fs.fstatSync(file)
    if (size <= windows * windowBytes) return wholeLines(read(file, place, 0, size), true).map((line) => [line])
    return Array.from({ length: windows }, (_, i) => {
      const from = Math.floor(((size - windowBytes) * i) / Math.max(1, windows - 1))
      return wholeLines(read(file, place, from, windowBytes), from === 0)
    })
  } finally {
    fs.closeSync(file)
  }
}

/** Bytes of a file; its lines begin and end at both ends. */
export interface Stretch {
  readonly from: number
  readonly end: number
}

const NEWLINE = 10
const PIECE_BYTES = 64 * 1024
/** Lines of more bytes are none of ours: what lies beyond one is not looked for. */
const LONGEST_LINE = 1024 * 1024

/** Which file lies at a place, and where its last whole line ends; undefined where there is none. */
export function wholeEnd(place: string): { readonly file: string; readonly end: number } | undefined {
  if (plainKind(place) !== 'file') return undefined
  const file = openToRead(place)
  try {
    const { ino, birthtimeMs, size } = fs.fstatSync(file)
    for (let end = size; end > Math.max(0, size - LONGEST_LINE); end -= PIECE_BYTES) {
      const from = Math.max(0, end - PIECE_BYTES)
      const newline = readBytes(file, place, from, end - from).lastIndexOf(NEWLINE)
      if (newline >= 0) return { file: `${ino} ${birthtimeMs}`, end: from + newline + 1 }
    }
    return { file: `${ino} ${birthtimeMs}`, end: 0 }
  } finally {
    fs.closeSync(file)
  }
}

/** Lines of a file, oldest first, read in pieces as far as they are asked for. */
export function* linesForwards(place: string, { from, end }: Stretch): Generator<string> {
  const file = openToRead(place)
  try {
    let begun: Buffer = Buffer.alloc(0)
    for (let at = from; at < end; at += PIECE_BYTES) {
      const content = Buffer.concat([begun, readBytes(file, place, at, Math.min(PIECE_BYTES, end - at))])
      const whole = content.lastIndexOf(NEWLINE) + 1
      yield* linesOf(content.subarray(0, whole))
      begun = content.subarray(whole)
      if (begun.length > LONGEST_LINE) return
    }
  } finally {
    fs.closeSync(file)
  }
}

/** As `linesForwards`, newest first. */
export function* linesBackwards(place: string, { from, end }: Stretch): Generator<string> {
  const file = openToRead(place)
  try {
    let rest: Buffer = Buffer.alloc(0)
    for (let to = end; to > from; to -= PIECE_BYTES) {
      const at = Math.max(from, to - PIECE_BYTES)
      const content = Buffer.concat([readBytes(file, place, at, to - at), rest])
      // The line that the piece begins in may have begun before it.
      const newline = at === from ? -1 : content.indexOf(NEWLINE)
      const whole = at > from && newline < 0 ? content.length : newline + 1
      yield* linesOf(content.subarray(whole)).reverse()
      rest = content.subarray(0, whole)
      if (rest.length > LONGEST_LINE) return
    }
  } finally {
    fs.closeSync(file)
  }
}

const linesOf = (content: Buffer): string[] => content.toString('utf8').split('\n').filter((line) => line !== '')

function readBytes(file: number, place: string, from: number, bytes: number): Buffer {
  const content = Buffer.alloc(bytes)
  return content.subarray(0, onDisk(place, () => fs.readSync(file, content, 0, bytes, from)))
}

function read(file: number, place: string, from: number, bytes: number): string {
  return readBytes(file, place, from, bytes).toString('utf8')
}

function wholeLines(text: string, fromStart: boolean): string[] {
  const lines = text.split('\n')
  lines.pop()
  if (!fromStart) lines.shift()
  return lines.filter((line) => line !== '')
}

/** The value of a line, or undefined where it is none. */
export function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    // A damaged line says nothing.
    return undefined
  }
}
