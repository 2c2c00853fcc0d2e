import type { JsonPath } from './jsonDocument.ts'

/** The part of JSON Schema (draft-07) that zod writes. */
export interface JsonSchema {
  readonly $ref?: string
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly allOf?: readonly JsonSchema[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly additionalProperties?: boolean | JsonSchema
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly minLength?: number
  readonly minItems?: number
  readonly default?: unknown
  readonly definitions?: Readonly<Record<string, JsonSchema>>
}

/** The alternatives of a schema, references followed, choices that the value's `name`, or what else tells them apart, rules out left aside. */
export function alternatives(root: JsonSchema, schema: JsonSchema, value: unknown): readonly JsonSchema[] {
  const target = follow(root, schema)
  const choices = target.anyOf ?? target.oneOf
  if (!choices) return [target]
  const all = choices.flatMap((choice) => alternatives(root, choice, value))
  const fitting = all.filter((choice) => fits(choice, value))
  return fitting.length > 0 ? fitting : all
}

/** The schemas that hold at the path: several where a choice is still open, none where nothing may stand. */
export function schemasAt(root: JsonSchema, path: JsonPath, value: unknown): readonly JsonSchema[] {
  let schemas = alternatives(root, root, value)
  let here = value
  for (const key of path) {
    here = childOf(here, key)
    schemas = schemas.flatMap((schema) => {
      const child = childSchema(schema, key)
      return child ? alternatives(root, child, here) : []
    })
  }
  return schemas
}

/** Names of the fields that may stand in an object of any of these schemas. */
export function fieldNames(schemas: readonly JsonSchema[]): string[] {
  return [...new Set(schemas.flatMap((schema) => Object.keys(schema.properties ?? {})))].filter((name) => name !== '$schema')
}

export function childOf(value: unknown, key: string | number): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string | number, unknown>)[key] : undefined
}

function follow(root: JsonSchema, schema: JsonSchema): JsonSchema {
  const name = schema.$ref?.replace(/^#\/definitions\//, '')
  if (schema.$ref === '#') return root
  return name === undefined ? schema : follow(root, root.definitions?.[name] ?? {})
}

function fits(schema: JsonSchema, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'undefined' || schema.type === typeof value || schema.type === undefined
  if (schema.type !== (Array.isArray(value) ? 'array' : 'object')) return false
  if (Object.entries(schema.properties ?? {}).some(([key, field]) => key !== 'name' && isOther(field, childOf(value, key)))) return false
  const named = schema.properties?.['name']
  const names = named?.const === undefined ? named?.enum : [named.const]
  const given = childOf(value, 'name')
  // `module` has a shape of its own wherever a name may also be any other text.
  if (given === 'module' && named) return named.const === 'module'
  return names === undefined || given === undefined || names.includes(given)
}

/** A choice is told by a field that has one value in it, such as the strategy of rollouts. */
const isOther = (field: JsonSchema, given: unknown): boolean => field.const !== undefined && given !== undefined && given !== field.const

function childSchema(schema: JsonSchema, key: string | number): JsonSchema | undefined {
  if (schema.type === 'array') return /^\d+$/.test(String(key)) ? (schema.items ?? {}) : undefined
  const named = Object.hasOwn(schema.properties ?? {}, key) ? schema.properties?.[key] : undefined
  if (named) return named
  const rest = schema.additionalProperties
  if (typeof rest === 'object') return rest
  return rest === false || schema.type !== 'object' ? undefined : {}
}
