import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { LabError } from '../../../errors.ts'

/** The largest tokenizers in use have 35 MB. */
const MAX_BYTES = 128 * 1024 * 1024

/** A text file of a model folder; undefined where it is absent. Rejects with `model/unreadable`. */
export async function readModelFile(path: string): Promise<Buffer | undefined> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw unreadable(path, error.message, error)
  })
  if (found === undefined) return undefined
  if (!found.isFile()) throw unreadable(path, 'is not a regular file')
  if (found.size > MAX_BYTES) throw unreadable(path, `has ${found.size} bytes; at most ${MAX_BYTES} are read`)
  return readFile(path)
}

function unreadable(path: string, what: string, cause?: unknown): LabError {
  return new LabError('model', 'model/unreadable', `${path}: ${what}`, {
    place: path, cause, remedy: 'Check the path and its permissions; a model folder holds config.json, model.safetensors and tokenizer.json.'
  })
}

/** Parses a file's content as a JSON object. */
export function parseJsonObject(path: string, content: Buffer): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(content.toString('utf8'))
  } catch (error) {
    throw unreadable(path, `is not JSON (${(error as Error).message.slice(0, 200)})`, error)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable(basename(path), 'is not a JSON object')
  return value as Record<string, unknown>
}

/** A JSON object from a file that must be there. */
export async function readJsonFile(path: string): Promise<Record<string, unknown>> {
  const content = await readModelFile(path)
  if (content === undefined) throw unreadable(path, 'is missing')
  return parseJsonObject(path, content)
}
