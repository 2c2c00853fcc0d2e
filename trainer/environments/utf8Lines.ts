import { isUtf8 } from 'node:buffer'
import { createReadStream } from 'node:fs'
import { LabError } from '../errors.ts'

export interface TextLine {
  /** From 1. */
  readonly number: number
  readonly text: string
}

/** Bytes of a line at most: a longer one is refused before it is in memory. */
export const LONGEST_LINE = 16 * 1024 * 1024
const BYTE_ORDER_MARK = '\ufeff'

/**
 * The lines of a UTF-8 file, read as a stream. Throws `dataset/line-too-long`, `dataset/not-utf8` with the byte offset, or
 * `dataset/unreadable`.
 */
export async function* readUtf8Lines(path: string, longest = LONGEST_LINE): AsyncGenerator<TextLine> {
  let parts: Buffer[] = []
  let [length, number, offset] = [0, 1, 0]
  const finish = (): TextLine => {
    const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts)
    const line = { number, text: decode(bytes, path, number, offset) }
    offset += length + 1
    ;[parts, length, number] = [[], 0, number + 1]
    return line
  }
  for await (const chunk of readChunks(path)) {
    for (let from = 0; from <= chunk.length; ) {
      const end = chunk.indexOf(10, from)
      const part = chunk.subarray(from, end < 0 ? chunk.length : end)
      length += part.length
      if (length > longest) throw tooLong(path, number, longest)
      parts.push(part)
      if (end < 0) break
      yield finish()
      from = end + 1
    }
  }
  if (length > 0) yield finish()
}

async function* readChunks(path: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(path)) yield chunk as Buffer
  } catch (cause) {
    throw new LabError('dataset', 'dataset/unreadable', `The dataset ${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`, {
      remedy: 'Check that the path names a file that you may read; relative paths start from the folder of the run file.',
      place: path,
      cause
    })
  }
}

function decode(bytes: Buffer, path: string, number: number, offset: number): string {
  if (!isUtf8(bytes)) {
    const at = offset + firstInvalidByte(bytes)
    throw new LabError('dataset', 'dataset/not-utf8', `The dataset ${path} is not valid UTF-8: line ${number}, byte offset ${at}.`, {
      remedy: 'Save the file as UTF-8.',
      place: `${path}:${number}`
    })
  }
  const text = bytes.toString('utf8')
  const line = text.endsWith('\r') ? text.slice(0, -1) : text
  return number === 1 && line.startsWith(BYTE_ORDER_MARK) ? line.slice(1) : line
}

/** Where the first character that is not valid starts. */
function firstInvalidByte(bytes: Buffer): number {
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes[at]!)
    if (length === 0 || at + length > bytes.length || !isUtf8(bytes.subarray(at, at + length))) return at
    at += length
  }
  return bytes.length
}

/** Bytes of the character that starts with this byte; 0 where none does. */
const characterLength = (byte: number): number => (byte < 0x80 ? 1 : byte < 0xc2 ? 0 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : byte < 0xf5 ? 4 : 0)

const tooLong = (path: string, number: number, longest: number): LabError =>
  new LabError('dataset', 'dataset/line-too-long', `Line ${number} of the dataset ${path} is longer than ${longest} bytes.`, {
    remedy: 'A JSON Lines file has one JSON object a line: check that the file is not one big JSON array.',
    place: `${path}:${number}`
  })
