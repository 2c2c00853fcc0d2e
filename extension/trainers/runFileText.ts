import { isUtf8 } from 'node:buffer'
import fs from 'node:fs'
import { LabHostError } from './labHostError.ts'

/** Run files are written by hand: what is larger is not kept. */
const MOST_BYTES = 1_000_000

/**
 * What the run file holds now, for a start that may have to wait. Undefined where it is not a text that could be kept: the trainer,
 * which then reads it itself, says what is wrong with it.
 * @throws LabHostError `no-file`
 */
export function runFileText(file: string): string | undefined {
  const found = fs.statSync(file, { throwIfNoEntry: false })
  if (!found) throw new LabHostError('no-file', `There is no run file ${file}.`, 'Save it, or choose another one.')
  if (!found.isFile() || found.size > MOST_BYTES) return undefined
  const text = fs.readFileSync(file)
  return isUtf8(text) ? new TextDecoder().decode(text) : undefined
}
