import type { SampleRequest } from '../protocol/playground.ts'

export type Parameters = Omit<SampleRequest, 'prompt'>

/** A field of the form: what it is, what it may be, and what it is at first. */
export interface ParameterField {
  readonly name: keyof Parameters
  readonly label: string
  readonly explanation: string
  readonly start: number
  readonly least: number
  readonly most: number
  readonly whole: boolean
}

export const MOST_COMPLETIONS = 64

export const FIELDS: readonly ParameterField[] = [
  { name: 'count', label: 'Completions', explanation: 'How many are sampled for the prompt.', start: 4, least: 1, most: MOST_COMPLETIONS, whole: true },
  { name: 'maxTokens', label: 'Tokens at most', explanation: 'Where a completion is cut off.', start: 256, least: 1, most: 100_000, whole: true },
  { name: 'temperature', label: 'Temperature', explanation: 'Divides the logits; 0 = the likeliest token each time.', start: 1, least: 0, most: 100, whole: false },
  { name: 'topP', label: 'Top p', explanation: 'Only the smallest set of tokens with this probability; 1 = all.', start: 1, least: 0.01, most: 1, whole: false },
  { name: 'topK', label: 'Top k', explanation: 'Only the k likeliest tokens; 0 = all.', start: 0, least: 0, most: 1_000_000, whole: true },
  { name: 'seed', label: 'Seed', explanation: 'The same seed gives the same completions.', start: 1, least: 0, most: 2 ** 32 - 1, whole: true }
]

/** The fields as people typed them. */
export type Typed = Readonly<Record<keyof Parameters, string>>

export const STARTING: Typed = typedFrom((field) => String(field.start))

function typedFrom(text: (field: ParameterField) => string): Typed {
  return Object.fromEntries(FIELDS.map((field) => [field.name, text(field)])) as unknown as Typed
}

/** What is wrong with a field, in words; undefined where nothing is. */
export function mistakeIn({ label, least, most, whole }: ParameterField, typed: string): string | undefined {
  const value = Number(typed)
  const right = typed.trim() !== '' && Number.isFinite(value) && value >= least && value <= most && (!whole || Number.isInteger(value))
  return right ? undefined : `${label} must be ${whole ? 'a whole number' : 'a number'} from ${least} to ${most}.`
}

export const mistakesIn = (typed: Typed): readonly string[] => FIELDS.flatMap((field) => mistakeIn(field, typed[field.name]) ?? [])

/** The parameters; undefined where a field is wrong. */
export function readParameters(typed: Typed): Parameters | undefined {
  if (mistakesIn(typed).length > 0) return undefined
  return Object.fromEntries(FIELDS.map(({ name }) => [name, Number(typed[name])])) as unknown as Parameters
}

/** What was saved, as far as it can be understood. */
export function readSaved(saved: unknown): { readonly prompt: string; readonly typed: Typed } {
  const { prompt, typed } = (typeof saved === 'object' && saved !== null ? saved : {}) as { prompt?: unknown; typed?: unknown }
  const given = (typeof typed === 'object' && typed !== null ? typed : {}) as Record<string, unknown>
  return {
    prompt: typeof prompt === 'string' ? prompt : '',
    typed: typedFrom((field) => (typeof given[field.name] === 'string' ? String(given[field.name]) : String(field.start)))
  }
}
