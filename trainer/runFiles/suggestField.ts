import { isSameName, nearestName, suggestion } from '../nearestName.ts'
import type { JsonPath } from './jsonDocument.ts'
import { alternatives, fieldNames, schemasAt } from './schemaWalk.ts'
import type { JsonSchema } from './schemaWalk.ts'

/** The fields that may stand at a path, with the one that was probably meant: for options, which each environment and reward has of its own. */
export function listFields(root: JsonSchema, path: JsonPath, value: unknown, given: string): string {
  const names = fieldNames(schemasAt(root, path, value))
  const nearest = nearestName(given, names)
  return nearest === undefined ? suggestion(given, names) : `${suggestion(given, names)} (allowed: ${names.join(', ')})`
}

/** What was probably meant by a field that may not stand at this path: a name like it there, or the same name one level below the run file itself. */
export function suggestField(root: JsonSchema, path: JsonPath, value: unknown, given: string): string {
  const names = fieldNames(schemasAt(root, path, value).flatMap((schema) => alternatives(root, schema, undefined)))
  const below = path.length === 0 && nearestName(given, names) === undefined ? fieldsBelow(root, names, value, given) : []
  return below.length === 0 ? suggestion(given, names) : `did you mean ${below.map((name) => `"${name}"`).join(' or ')}?`
}

const fieldsBelow = (root: JsonSchema, owners: readonly string[], value: unknown, given: string): string[] =>
  owners.flatMap((owner) => fieldNames(schemasAt(root, [owner], value)).filter((name) => isSameName(name, given)).map((name) => `${owner}.${name}`))
