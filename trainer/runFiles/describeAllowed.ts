import type { JsonSchema } from './schemaWalk.ts'

/** What may stand here, in a few words: `a whole number, at least 0`. */
export function describeAllowed(schemas: readonly JsonSchema[]): string {
  const constants = schemas.filter((schema) => schema.const !== undefined)
  if (constants.length > 0 && constants.length === schemas.length) return constants.map((schema) => String(schema.const)).join(', ')
  const objects = schemas.filter((schema) => schema.type === 'object')
  const others = schemas.filter((schema) => schema.type !== 'object').map(describeOne)
  return [...new Set([...others, ...(objects.length > 0 ? [describeObjects(objects)] : [])])].join(', or ') || 'nothing'
}

/** What every one of several kinds of object needs. */
function describeObjects(schemas: readonly JsonSchema[]): string {
  const names = (schemas[0]?.required ?? []).filter((name) => schemas.every((schema) => schema.required?.includes(name)))
  return names.length > 0 ? `an object {…} with ${names.map((name) => `"${name}"`).join(', ')}` : 'an object {…}'
}

function describeOne(schema: JsonSchema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map(String).join(', ')
  switch (schema.type) {
    case 'integer': return `a whole number${range(schema)}`
    case 'number': return `a number${range(schema)}`
    case 'string': return schema.minLength ? 'a text that is not empty' : 'a text'
    case 'boolean': return 'true or false'
    case 'array': return `a list${schema.minItems ? ` of at least ${schema.minItems}` : ''}`
    default: return 'any JSON value'
  }
}

/** zod bounds every integer by the safe range, which says nothing to people. */
const bound = (value: number | undefined): number | undefined => (Math.abs(value ?? 0) >= Number.MAX_SAFE_INTEGER ? undefined : value)

function range(schema: JsonSchema): string {
  const low = bound(schema.minimum)
  const high = bound(schema.maximum)
  const above = bound(schema.exclusiveMinimum)
  const below = bound(schema.exclusiveMaximum)
  if (low !== undefined && high !== undefined) return ` from ${low} to ${high}`
  const parts = [
    low !== undefined && `at least ${low}`, above !== undefined && `above ${above}`,
    high !== undefined && `at most ${high}`, below !== undefined && `below ${below}`
  ].filter((part) => part !== false)
  return parts.length > 0 ? `, ${parts.join(' and ')}` : ''
}
