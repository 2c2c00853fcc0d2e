import fs from 'node:fs'
import { onDisk } from '../stores/diskGuard.ts'
import { MAX_LINE_BYTES } from '../stores/jsonLinesReader.ts'
import { openToRead } from '../stores/plainFiles.ts'

const NEWLINE = 10
/** Read in one go; between two such pieces others get their turn. */
const PIECE_BYTES = 2 * 1024 * 1024

/** A whole line of a growing file. */
export interface TailLine {
  /** Byte offset of its first byte. */
  readonly offset: number
  readonly text: string
}

export interface TailPiece {
  readonly lines: readonly TailLine[]
  /** Where the first byte after the last whole line is: the offset to go on from. */
  readonly next: number
  /** Lines too long to be read, skipped. */
  readonly tooLong: number
  /** Whether more may be there to be read at once. */
  readonly more: boolean
}

/**
 * The whole lines of a file from a byte offset on, up to a limit of bytes. What stands after the last newline is left for the
 * next time. A file that has become shorter than the offset gives `shrunk`.
 */
export function readLinesFrom(place: string, offset: number): TailPiece | 'shrunk' {
  const file = openToRead(place)
  try {
    const { size } = fs.fstatSync(file)
    if (size < offset) return 'shrunk'
    return piece(file, place, offset, size)
  } finally {
    fs.closeSync(file)
  }
}

function piece(file: number, place: string, offset: number, size: number): TailPiece {
  for (let bytes = PIECE_BYTES; ; bytes *= 2) {
    const content = readAt(file, place, offset, Math.min(bytes, size - offset))
    const end = content.lastIndexOf(NEWLINE)
    const all = offset + content.length >= size
    if (end >= 0) return { ...linesOf(content.subarray(0, end + 1), offset), next: offset + end + 1, tooLong: 0, more: !all }
    if (content.length > MAX_LINE_BYTES) return skipLine(file, place, offset, size)
    if (all) return { lines: [], next: offset, tooLong: 0, more: false }
  }
}

function linesOf(content: Buffer, offset: number): Pick<TailPiece, 'lines'> {
  const lines: TailLine[] = []
  for (let from = 0; from < content.length; ) {
    const end = content.indexOf(NEWLINE, from)
    if (end > from) lines.push({ offset: offset + from, text: content.toString('utf8', from, end) })
    from = end + 1
  }
  return { lines }
}

/** A line longer than a record can be is passed over without being held in memory; one that has not ended is met again. */
function skipLine(file: number, place: string, offset: number, size: number): TailPiece {
  for (let at = offset; at < size; at += PIECE_BYTES) {
    const end = readAt(file, place, at, Math.min(PIECE_BYTES, size - at)).indexOf(NEWLINE)
    if (end >= 0) return { lines: [], next: at + end + 1, tooLong: 1, more: at + end + 1 < size }
  }
  return { lines: [], next: offset, tooLong: 0, more: false }
}

function readAt(file: number, place: string, offset: number, bytes: number): Buffer {
  const content = Buffer.allocUnsafe(bytes)
  let got = 0
  while (got < bytes) {
    const read = onDisk(place, () => fs.readSync(file, content, got, bytes - got, offset + got))
    if (read === 0) break
    got += read
  }
  return content.subarray(0, got)
}

/** The line that begins at an offset; undefined where none ends there or it is too long. */
export function readLineAt(place: string, offset: number): string | undefined {
  const file = openToRead(place)
  try {
    const { size } = fs.fstatSync(file)
    for (let bytes = 64 * 1024; ; bytes *= 4) {
      const content = readAt(file, place, offset, Math.max(0, Math.min(bytes, size - offset)))
      const end = content.indexOf(NEWLINE)
      if (end >= 0) return content.toString('utf8', 0, end)
      if (bytes > MAX_LINE_BYTES || offset + content.length >= size) return undefined
    }
  } finally {
    fs.closeSync(file)
  }
}
