import type { LabelSet, LabelSetField } from '../../../trainer/protocol/label.ts'

/** What the cursor moves over, in order: the steps, the verdict, then the fields of the label set; of a pair, the preference first. */
export type Row =
  | { readonly kind: 'step'; readonly step: number }
  | { readonly kind: 'verdict' }
  | { readonly kind: 'preference' }
  | { readonly kind: 'field'; readonly set: LabelSet; readonly field: LabelSetField }

export function rowsOf(steps: number, pair: boolean, set: LabelSet | undefined): readonly Row[] {
  const fields = (set?.fields ?? []).map((field): Row => ({ kind: 'field', set: set!, field }))
  if (pair) return [{ kind: 'preference' }, ...fields]
  return [...Array.from({ length: steps }, (_, step): Row => ({ kind: 'step', step })), { kind: 'verdict' }, ...fields]
}

/** Value that the n-th option (1–9) or the digit itself stands for in a field; undefined where it stands for nothing. */
export function fieldValue(field: LabelSetField, digit: number): string | number | boolean | undefined {
  if (field.type === 'choice') return field.options?.[digit - 1]
  if (field.type === 'boolean') return digit === 1 ? true : digit === 2 ? false : undefined
  if (field.type === 'text') return undefined
  return digit >= (field.minimum ?? 0) && digit <= (field.maximum ?? 9) ? digit : undefined
}

/** Why a value cannot stand in a field, as a sentence; undefined where it can. */
export function fieldFault(field: LabelSetField, value: unknown): string | undefined {
  if (value === undefined) return field.required ? `${field.title} is not answered yet.` : undefined
  if (field.type === 'choice') return field.options?.some((option) => option === value) ? undefined : `${field.title} has no such option.`
  if (field.type === 'boolean' || field.type === 'text') return typeof value === (field.type === 'text' ? 'string' : 'boolean') ? undefined : `${field.title} takes ${field.type === 'text' ? 'text' : 'yes or no'}.`
  if (typeof value !== 'number' || !Number.isFinite(value) || (field.type === 'integer' && !Number.isInteger(value))) return `${field.title} takes ${field.type === 'integer' ? 'a whole number' : 'a number'}.`
  const { minimum = -Infinity, maximum = Infinity } = field
  return value >= minimum && value <= maximum ? undefined : `${field.title} lies between ${minimum} and ${maximum}.`
}

/**
 * The step that digits typed one after the other stand for: 1 then 2 is step 12 where there are so many, else step 2. 0 rates
 * and never counts as a digit.
 * @param before digits typed right before this one.
 */
export function stepByDigit(before: string, digit: number, steps: number): { readonly step: number; readonly digits: string } | undefined {
  for (const digits of [before + String(digit), String(digit)]) {
    const number = Number(digits)
    if (number >= 1 && number <= steps) return { step: number - 1, digits }
  }
  return undefined
}
