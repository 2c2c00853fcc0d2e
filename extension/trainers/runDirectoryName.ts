import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'jsonc-parser'
import { modelName } from '../../trainer/protocol/modelName.ts'

/** `<runs folder>/<name>--<model>--<id>` for a new run of this file. */
export function newRunDirectory(file: string, runsFolder: string, now = new Date()): string {
  const { label, model } = labelsOf(file)
  return path.join(runsFolder, [label, model, newId(now)].map(plainName).join('--'))
}

/** What people call the run: the file's name for it. */
export const labelOfFile = (file: string): string => labelsOf(file).label

/** As far as the file can be read; what is wrong with it the trainer says better. */
function labelsOf(file: string): { readonly label: string; readonly model: string } {
  const { name, recipe, model } = fieldsOf(file)
  const label = [name, recipe].find((text) => typeof text === 'string' && text !== '') as string | undefined
  return { label: label ?? path.basename(file).replace(/(\.run)?\.json$/, ''), model: typeof model === 'string' ? modelName(model) : 'new' }
}

function fieldsOf(file: string): Record<string, unknown> {
  try {
    const value: unknown = parse(readFileSync(file, 'utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    // The trainer tells of a file that is not there.
    return {}
  }
}

/** Sorts by time of creation (UTC): `20250131-142501-9f3a1c0b`. */
function newId(now: Date): string {
  const digits = now.toISOString().replace(/\D/g, '')
  return `${digits.slice(0, 8)}-${digits.slice(8, 14)}-${randomBytes(4).toString('hex')}`
}

function plainName(text: string): string {
  const plain = text.normalize('NFKD').replace(/[^A-Za-z0-9._]+/g, '-').replace(/^[-.]+|[-.]+$/g, '')
  return plain.slice(0, 60) || 'unnamed'
}
