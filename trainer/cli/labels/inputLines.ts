import { createReadStream, existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { LabError } from '../../errors.ts'
import { LABEL_LINE_BYTES } from '../../labels/store/labelLine.ts'
import type { Host } from '../host.ts'

export interface InputLine {
  /** 1-based. */
  readonly line: number
  readonly text: string
}

/** Lines as they come: what arrives together is handed over together, blank lines left out. `-` is standard input. */
export async function* inputLines(host: Host, named: string): AsyncGenerator<readonly InputLine[]> {
  let rest = ''
  let line = 0
  let isFirst = true
  const numbered = (texts: readonly string[]): InputLine[] => texts.map((text) => ({ line: ++line, text })).filter(({ text }) => text.trim() !== '')
  for await (const piece of open(host, named)) {
    // A byte order mark is no part of the first record.
    const texts = (rest + (isFirst ? piece.replace(/^\ufeff/, '') : piece)).split('\n')
    isFirst = false
    rest = texts.pop()!
    if (rest.length > LABEL_LINE_BYTES) throw tooLong(named, line + 1)
    const lines = numbered(texts)
    if (lines.length > 0) yield lines
  }
  const last = numbered([rest])
  if (last.length > 0) yield last
}

function open(host: Host, named: string): AsyncIterable<string> {
  if (named === '-') return process.stdin.setEncoding('utf8') as AsyncIterable<string>
  const file = resolve(host.cwd, named)
  if (!existsSync(file)) throw new LabError('usage', 'usage/missing-file', `There is no file ${named}.`, { place: '--from', remedy: 'Name a file of JSON lines, or - for standard input.' })
  return createReadStream(file, { encoding: 'utf8' }) as AsyncIterable<string>
}

function tooLong(named: string, line: number): LabError {
  return new LabError('dataset', 'label/too-long', `Line ${line} of ${named} is longer than the ${LABEL_LINE_BYTES} characters that a label may have.`, { remedy: 'Give one JSON record a line.' })
}
