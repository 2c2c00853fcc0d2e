import fs from 'node:fs'
import { LABEL_LINE_BYTES } from './labelLine.ts'

const CHUNK_BYTES = 256 * 1024
const NEWLINE = 10

export interface FileLine {
  /** Undefined where it is longer than a label may be, or no UTF-8. */
  readonly text: string | undefined
  readonly tooLong: boolean
  /** Byte offset of the first byte after it and its newline. */
  readonly end: number
  /** A newline follows it. */
  readonly ended: boolean
}

/** Lines of an open file from a byte offset on; at most `LABEL_LINE_BYTES` of one are held in memory. */
export function* linesFrom(handle: number, offset: number): Generator<FileLine> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
  let parts: Buffer[] = []
  let bytes = 0
  let position = offset
  const keep = (piece: Buffer): void => {
    bytes += piece.length
    if (bytes <= LABEL_LINE_BYTES) parts.push(Buffer.from(piece))
    else parts = []
  }
  const take = (end: number, ended: boolean): FileLine => {
    const line = { ...lineOf(parts, bytes), end, ended }
    parts = []
    bytes = 0
    return line
  }
  for (let got = read(handle, chunk, position); got > 0; got = read(handle, chunk, position)) {
    let from = 0
    for (let at = chunk.subarray(0, got).indexOf(NEWLINE); at >= 0; at = chunk.subarray(0, got).indexOf(NEWLINE, from)) {
      keep(chunk.subarray(from, at))
      from = at + 1
      yield take(position + from, true)
    }
    keep(chunk.subarray(from, got))
    position += got
  }
  if (bytes > 0) yield take(position, false)
}

const read = (handle: number, chunk: Buffer, position: number): number => fs.readSync(handle, chunk, 0, chunk.length, position)

function lineOf(parts: readonly Buffer[], bytes: number): Pick<FileLine, 'text' | 'tooLong'> {
  if (bytes > LABEL_LINE_BYTES) return { text: undefined, tooLong: true }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(parts.length === 1 ? parts[0] : Buffer.concat(parts)), tooLong: false }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return { text: undefined, tooLong: false }
  }
}
