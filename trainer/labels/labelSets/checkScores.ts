import type { LabelSet, LabelSetField, Opinion } from '../../protocol/label.ts'

type Rubric = Extract<Opinion, { kind: 'rubric' }>

/** What is wrong with answers to a label set, one sentence a field; empty where nothing is. */
export function checkScores({ fields }: LabelSet, scores: Readonly<Record<string, unknown>>): string[] {
  const unknown = Object.keys(scores).filter((name) => !fields.some((field) => field.name === name)).map((name) => `${JSON.stringify(name.slice(0, 80))} is no field of the set`)
  return [...fields.flatMap((field) => problemWith(field, scores[field.name]) ?? []), ...unknown]
}

function problemWith(field: LabelSetField, value: unknown): string | undefined {
  if (value === undefined) return field.required ? `${field.name} is missing` : undefined
  return fits(field, value) ? undefined : `${field.name} is ${JSON.stringify(value)?.slice(0, 80)}, which is no ${allowed(field)}`
}

function fits({ type, options, minimum = -Infinity, maximum = Infinity }: LabelSetField, value: unknown): boolean {
  if (type === 'choice') return typeof value === 'string' && options!.includes(value)
  if (type === 'boolean') return typeof value === 'boolean'
  if (type === 'text') return typeof value === 'string'
  return typeof value === 'number' && (type === 'number' ? Number.isFinite(value) : Number.isInteger(value)) && minimum <= value && value <= maximum
}

function allowed({ type, options, minimum, maximum }: LabelSetField): string {
  if (type === 'choice') return `one of ${options!.map((option) => JSON.stringify(option)).join(', ')}`
  if (type === 'boolean' || type === 'text') return type
  const range = minimum === undefined && maximum === undefined ? '' : ` from ${minimum ?? '−∞'} to ${maximum ?? '∞'}`
  return `${type}${range}`
}

/**
 * How answers stand to the sets of the workspace: given for the set as it is; for an earlier version of it, which they still
 * fit or not; or for a set that is gone. They are kept in every case.
 */
export function rubricStanding({ labelSet, schemaHash, scores }: Rubric, sets: readonly LabelSet[]): 'current' | 'earlierFits' | 'earlierMisfit' | 'setGone' {
  const set = sets.find(({ name }) => name === labelSet)
  if (set === undefined) return 'setGone'
  if (set.schemaHash === schemaHash) return 'current'
  return checkScores(set, scores).length === 0 ? 'earlierFits' : 'earlierMisfit'
}
