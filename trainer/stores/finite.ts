import { LabError } from '../errors.ts'

/**
 * Path of the first number in a record that is NaN or infinite, `undefined` if there is none. A plain walk, about ten times
 * cheaper than parsing a rollout with its schema: it runs on every record that is written.
 */
export function findNotFinite(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : ''
  if (typeof value !== 'object' || value === null) return undefined
  return Array.isArray(value) ? findInArray(value) : findInObject(value as Record<string, unknown>)
}

function findInArray(values: readonly unknown[]): string | undefined {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (typeof value === 'number' ? Number.isFinite(value) : typeof value === 'string') continue
    const found = findNotFinite(value)
    if (found !== undefined) return `[${i}]${found}`
  }
  return undefined
}

function findInObject(record: Record<string, unknown>): string | undefined {
  for (const key in record) {
    const found = findNotFinite(record[key])
    if (found !== undefined) return `.${key}${found}`
  }
  return undefined
}

/** Rejects a record with a non-finite number, naming the field. */
export function requireFinite(record: object, place: string): void {
  const found = findNotFinite(record)
  if (found === undefined) return
  throw new LabError('store', 'not-finite', `record${found} is not a finite number; the record was not written to ${place}`, {
    place,
    remedy: 'Leave a value that could not be computed out of the record (or null where the record allows it).'
  })
}
