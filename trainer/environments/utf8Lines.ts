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

/** Length of the longest valid prefix, by bisection up to the last whole character. */
function firstInvalidByte(bytes: Buffer): number {
  let [low, high] = [0, bytes.length]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (startsValid(bytes.subarray(0, middle))) low = middle
    else high = middle - 1
  }
  return low
}

/** Whether a prefix is valid, a last character cut short by the prefix itself left out. */
function startsValid(prefix: Buffer): boolean {
  const most = Math.min(3, prefix.length)
  for (let cut = 0; cut <= most; cut++) {
    if (isUtf8(prefix.subarray(0, prefix.length - cut))) return cut === 0 || isCutCharacter(prefix.subarray(prefix.length - cut))
  }
  return false
}

/** Whether these bytes are the beginning of a longer character: some continuation makes them valid. */
function isCutCharacter(bytes: Buffer): boolean {
  const need = bytes[0]! >= 0xf0 ? 4 : bytes[0]! >= 0xe0 ? 3 : bytes[0]! >= 0xc0 ? 2 : 0
  if (bytes.length >= need) return false
  return [0x80, 0x90, 0xa0].some((second) => {
    const tail = Array.from({ length: need - bytes.length }, (_, i) => (bytes.length === 1 && i === 0 ? second : 0x80))
    return isUtf8(Buffer.concat([bytes, Buffer.from(tail)]))
  })
}

const tooLong = (path: string, number: number, longest: number): LabError =>
  new LabError('dataset', 'dataset/line-too-long', `Line ${number} of the dataset ${path} is longer than ${longest} bytes.`, {
    remedy: 'A JSON Lines file has one JSON object a line: check that the file is not one big JSON array.',
    place: `${path}:${number}`
  })
