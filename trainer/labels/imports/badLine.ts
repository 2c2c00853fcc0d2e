import type { z } from 'zod'
import { LabError } from '../../errors.ts'

/** What is wrong with a line: the field and its value. */
export interface LineFault {
  readonly line: number
  /** `label.steps[3].completions[0].rating`; empty for the line itself. */
  readonly field: string
  readonly what: string
}

const SHOWN = 10
const LONGEST_VALUE = 60

/** The first issue of a line, with the value that it is about. */
export function faultOf(line: number, value: unknown, error: z.ZodError): LineFault {
  const issue = deepest(error.issues[0]!)
  const found = issue.path.reduce<unknown>((inner, key) => (typeof inner === 'object' && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : undefined), value)
  return { line, field: fieldName(issue.path), what: found === undefined ? 'is missing' : `is ${show(found)}: ${issue.message.replace(/^Invalid (?:input|option): /, '')}` }
}

/** Of a field that may have several shapes, what is wrong with the one that comes nearest. */
function deepest(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union') return issue
  const inner = issue.errors.flat().map((one) => deepest({ ...one, path: [...issue.path, ...one.path] }))
  return inner.reduce((best, one) => (one.path.length > best.path.length ? one : best), issue as z.core.$ZodIssue)
}

export function fieldName(path: readonly PropertyKey[]): string {
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i === 0 ? '' : '.'}${String(key)}`)).join('')
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}…`
}

/** Names the first faults; nothing of such a file is taken over. */
export function badLines(file: string, faults: readonly LineFault[], count: number, remedy: string): LabError {
  const lines = faults.slice(0, SHOWN).map(({ line, field, what }) => `line ${line}${field === '' ? '' : `, ${field}`} ${what}`)
  const more = count > lines.length ? `; and ${count - lines.length} more` : ''
  return new LabError('dataset', 'dataset/bad-line', `Nothing was imported from ${file}: ${lines.join('; ')}${more}.`, { place: `${file}:${faults[0]?.line ?? 1}`, remedy })
}
