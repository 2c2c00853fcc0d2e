import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { findNodeAtLocation, getNodeValue, parseTree, printParseErrorCode } from 'jsonc-parser'
import type { Node, ParseError } from 'jsonc-parser'
import { LabError } from '../errors.ts'

export type JsonPath = readonly (string | number)[]

/** A JSON file with comments, with the places of its values. */
export interface JsonDocument {
  /** Path of the file as it was named. */
  readonly file: string
  readonly text: string
  readonly value: unknown
  /** `file:line:column` (from 1) of the value at the path, or of the nearest enclosing one that is written down. */
  place(path: JsonPath): string
  /** The same of the key that ends the path. */
  placeOfKey(path: JsonPath): string
}

/** Run files are written by hand: a larger one is a wrong file. */
export const LARGEST_RUN_FILE_BYTES = 1_000_000

/** @param shownAs what places call the file. */
export function readJsonDocument(file: string, shownAs = file): JsonDocument {
  return parseJsonDocument(shownAs, decode(shownAs, readWhole(file, shownAs)))
}

export function parseJsonDocument(file: string, text: string): JsonDocument {
  const at = (offset: number): string => placeAt(file, text, offset)
  const root = parse(text, at)
  refuseHiddenKeys(root, at)
  const nodeAt = (path: JsonPath): Node => {
    for (let length = path.length; length > 0; length--) {
      const found = findNodeAtLocation(root, path.slice(0, length))
      if (found) return found
    }
    return root
  }
  return {
    file,
    text,
    value: getNodeValue(root),
    place: (path) => at(nodeAt(path).offset),
    placeOfKey: (path) => {
      const value = findNodeAtLocation(root, [...path])
      return at(value?.parent?.type === 'property' ? value.parent.offset : nodeAt(path).offset)
    }
  }
}

function readWhole(file: string, shownAs: string): Buffer {
  const handle = openForReading(file, shownAs)
  try {
    const { size } = fstatSync(handle)
    if (!fstatSync(handle).isFile()) throw unreadable(shownAs, 'it is not a file')
    if (size > LARGEST_RUN_FILE_BYTES) {
      throw new LabError('runFile', 'runFile/too-large', `The run file has ${size} bytes; the most that is read is ${LARGEST_RUN_FILE_BYTES}.`, {
        place: shownAs, remedy: 'Name a run file (*.run.json); data sets belong in a file of their own.'
      })
    }
    const buffer = Buffer.alloc(size)
    return buffer.subarray(0, readSync(handle, buffer, 0, size, 0))
  } finally {
    closeSync(handle)
  }
}

function openForReading(file: string, shownAs: string): number {
  try {
    return openSync(file, 'r')
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw unreadable(shownAs, missing ? 'there is no such file' : (error as Error).message, error)
  }
}

function unreadable(file: string, why: string, cause?: unknown): LabError {
  return new LabError('runFile', 'runFile/unreadable', `The run file cannot be read: ${why}.`, {
    place: file, remedy: 'Check the path; run files are named like samples/arithmetic-chain/rl.run.json.', cause
  })
}

function decode(file: string, bytes: Buffer): string {
  try {
    // Drops a byte order mark by itself.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new LabError('runFile', 'runFile/encoding', 'The run file is not UTF-8 text.', { place: file, remedy: 'Save it as UTF-8.', cause })
  }
}

function parse(text: string, at: (offset: number) => string): Node {
  if (text.trim() === '') throw syntaxError('the file is empty', at(0))
  const errors: ParseError[] = []
  let root: Node | undefined
  try {
    root = parseTree(text, errors, { allowTrailingComma: true })
  } catch (cause) {
    // The parser descends recursively: only absurd nesting exhausts its stack.
    throw syntaxError('values are nested too deeply', at(0), cause)
  }
  const first = errors[0]
  if (first) throw syntaxError(words(printParseErrorCode(first.error)), at(first.offset))
  if (!root) throw syntaxError('there is no value', at(0))
  return root
}

/** `ColonExpected` → `colon expected`. */
const words = (code: string): string => code.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`).toLowerCase()

function syntaxError(what: string, place: string, cause?: unknown): LabError {
  return new LabError('runFile', 'runFile/syntax', `Not valid JSON: ${what}.`, {
    place, remedy: 'Comments and trailing commas are allowed; names and texts stand in double quotes.', cause
  })
}

/** A key written twice hides the first value, and `__proto__` never becomes a field: both would pass unseen. */
function refuseHiddenKeys(node: Node, at: (offset: number) => string): void {
  const seen = new Set<string>()
  for (const child of node.children ?? []) {
    const [key] = child.children ?? []
    if (child.type === 'property' && key) {
      const name = String(key.value)
      if (seen.has(name) || name === '__proto__') throw hiddenKey(name, at(key.offset))
      seen.add(name)
    }
    refuseHiddenKeys(child, at)
  }
}

function hiddenKey(name: string, place: string): LabError {
  return name === '__proto__'
    ? new LabError('runFile', 'runFile/unknown-field', 'unknown field "__proto__".', { place, remedy: 'Remove it.' })
    : new LabError('runFile', 'runFile/duplicate-field', `"${name}" is written twice in one object.`, { place, remedy: 'Keep one of them.' })
}

function placeAt(file: string, text: string, offset: number): string {
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  return `${file}:${line}:${offset - before.lastIndexOf('\n')}`
}
