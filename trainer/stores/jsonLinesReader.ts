import fs from 'node:fs'
import { isTooDeep, TOO_DEEP } from './jsonDepth.ts'
import { openToRead, plainKind } from './plainFiles.ts'

/** Longer lines are not read into memory but reported as damaged. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024
const CHUNK_BYTES = 256 * 1024
const NEWLINE = 10

/** One line of a file. `problem` is set, and `value` is not, where it could not be read. */
export interface JsonLine {
  /** 1-based. */
  readonly line: number
  /** Byte offset of its first byte. */
  readonly offset: number
  /** Bytes without the newline. */
  readonly bytes: number
  readonly ended: boolean
  readonly value?: unknown
  readonly problem?: string
}

/** Lines of a JSONL file in order, read in pieces. A missing file has no lines; blank lines are left out. */
export function* readJsonLines(place: string): Generator<JsonLine> {
  if (plainKind(place) === 'absent') return
  const file = openToRead(place)
  try {
    let line = 0
    for (const raw of rawLines(file)) {
      line++
      if (raw.bytes > 0) yield { line, offset: raw.offset, bytes: raw.bytes, ended: raw.ended, ...parse(raw) }
    }
  } finally {
    fs.closeSync(file)
  }
}

interface RawLine {
  readonly offset: number
  readonly bytes: number
  readonly ended: boolean
  /** Absent where the line is too long. */
  readonly content: Buffer | undefined
}

function* rawLines(file: number): Generator<RawLine> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
  let parts: Buffer[] = []
  let offset = 0
  let bytes = 0
  const take = (ended: boolean): RawLine => {
    const raw = { offset, bytes, ended, content: bytes > MAX_LINE_BYTES ? undefined : Buffer.concat(parts) }
    offset += bytes + 1
    parts = []
    bytes = 0
    return raw
  }
  const keep = (piece: Buffer): void => {
    bytes += piece.length
    if (bytes <= MAX_LINE_BYTES) parts.push(Buffer.from(piece))
    else parts = []
  }
  for (let got = fs.readSync(file, chunk); got > 0; got = fs.readSync(file, chunk)) {
    let from = 0
    for (let end = chunk.subarray(0, got).indexOf(NEWLINE); end >= 0; end = chunk.subarray(0, got).indexOf(NEWLINE, from)) {
      keep(chunk.subarray(from, end))
      yield take(true)
      from = end + 1
    }
    keep(chunk.subarray(from, got))
  }
  if (bytes > 0) yield take(false)
}

function parse(raw: RawLine): { value: unknown } | { problem: string } {
  if (raw.content === undefined) return { problem: `longer than ${MAX_LINE_BYTES} bytes` }
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw.content))
    if (typeof value !== 'object' || value === null) return { problem: 'not a record' }
    return isTooDeep(value) ? { problem: TOO_DEEP } : { value }
  } catch (error) {
    return { problem: error instanceof SyntaxError ? 'not valid JSON' : 'not valid UTF-8' }
  }
}
