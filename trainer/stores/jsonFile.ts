import type { z } from 'zod'
import { LabError } from '../errors.ts'
import type { FileOps } from './fileOps.ts'
import { requireFinite } from './finite.ts'
import { isTooDeep, TOO_DEEP } from './jsonDepth.ts'
import { plainKind, readPlain, replacePlain } from './plainFiles.ts'

const JSON_FILE_LIMIT = 64 * 1024 * 1024

/** Writes a record as a file of its own, replaced atomically. */
export function writeJsonFile(place: string, record: object, ops: FileOps): void {
  requireFinite(record, place)
  replacePlain(ops, place, `${JSON.stringify(record, null, 2)}\n`)
}

/** The record of a file of at most `limit` bytes; undefined where there is no file. */
export function readJsonFile<S extends z.ZodType>(place: string, schema: S, limit = JSON_FILE_LIMIT): z.output<S> | undefined {
  if (plainKind(place) === 'absent') return undefined
  const result = schema.safeParse(parse(place, readPlain(place, limit)))
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw damaged(place, `${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is wrong'}`.trim())
}

function parse(place: string, text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw damaged(place, (error as SyntaxError).message)
  }
  if (isTooDeep(value)) throw damaged(place, TOO_DEEP)
  return value
}

function damaged(place: string, what: string): LabError {
  return new LabError('store', 'damaged-record', `${place} cannot be read: ${what}`, { place, remedy: 'Restore the file from a copy of the run; it was changed or damaged after it was written.' })
}
