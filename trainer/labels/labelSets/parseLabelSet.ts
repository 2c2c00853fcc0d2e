import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { LabError } from '../../errors.ts'
import type { LabelSet, LabelSetField } from '../../protocol/label.ts'
import { LabelSetSchema, questionSchema } from './labelSetSchema.ts'
import type { Question } from './labelSetSchema.ts'

const FIELD_NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_ -]{0,59}$/u
const MOST_FIELDS = 50
const REMEDY = 'A label set is a JSON Schema of type "object"; its fields are choices ("enum" of texts), "number", "integer", "boolean" or "string".'

/** The fields to answer that a JSON Schema describes. @throws LabError `label-set/…` naming file and field */
export function parseLabelSet(name: string, text: string, place: string): LabelSet {
  const value = parseJson(text, place)
  const { title = name, description = '', properties, required = [] } = checked(LabelSetSchema, value, place, '')
  const names = Object.keys(properties)
  if (names.length === 0 || names.length > MOST_FIELDS) throw wrong(place, `properties: has ${names.length} fields, where 1 to ${MOST_FIELDS} are allowed`)
  const unknown = required.find((each) => !names.includes(each))
  if (unknown !== undefined) throw wrong(place, `required: names ${JSON.stringify(unknown)}, which is no field`)
  const fields = names.map((field) => fieldOf(field, properties[field], required.includes(field), place))
  return { name, title, description, schemaHash: schemaHash(value), fields }
}

/** SHA-256 (hex) of what the schema says; the spaces in its file do not count. */
const schemaHash = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex')

function fieldOf(name: string, value: unknown, required: boolean, place: string): LabelSetField {
  if (!FIELD_NAME.test(name) || name === '__proto__') throw wrong(place, `properties: ${JSON.stringify(name.slice(0, 80))} is no name for a field (letters, digits, "_", "-" and spaces, at most 60)`)
  const schema = questionSchema(value)
  if (schema === undefined) throw wrong(place, `properties.${name}: has no "type" or "enum" that can be asked for`)
  const question = checked(schema, value, place, `properties.${name}`)
  return { name, title: question.title ?? name, description: question.description ?? '', required, ...kindOf(question) }
}

function kindOf(question: Question): Pick<LabelSetField, 'type' | 'options' | 'minimum' | 'maximum'> {
  if ('enum' in question) return { type: 'choice', options: question.enum }
  if ('oneOf' in question) return { type: 'choice', options: question.oneOf.map((option) => option.const) }
  if (question.type === 'string') return { type: 'text' }
  if (question.type === 'boolean') return { type: 'boolean' }
  const { type, minimum, maximum } = question
  return { type, ...(minimum === undefined ? {} : { minimum }), ...(maximum === undefined ? {} : { maximum }) }
}

function checked<S extends z.ZodType>(schema: S, value: unknown, place: string, at: string): z.output<S> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw wrong(place, `${[at, ...(issue?.path ?? [])].filter((part) => part !== '').join('.') || 'the schema'}: ${issue?.message ?? 'is wrong'}`)
}

function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown
  } catch (error) {
    throw wrong(place, `no JSON: ${(error as SyntaxError).message}`)
  }
}

function wrong(place: string, what: string): LabError {
  return new LabError('dataset', 'label-set/wrong', `The label set ${place} cannot be used: ${what}.`, { place, remedy: REMEDY })
}
