import { isSameName, nearestName, suggestion } from '../nearestName.ts'
import type { JsonPath } from './jsonDocument.ts'
import { alternatives, fieldNames, schemasAt } from './schemaWalk.ts'
import type { JsonSchema } from './schemaWalk.ts'

/** What was probably meant by a field that may not stand at this path: a name like it there, or the same name one level below the run file itself. */
export function suggestField(root: JsonSchema, path: JsonPath, value: unknown, given: string): string {
  const names = fieldNames(schemasAt(root, path, value).flatMap((schema) => alternatives(root, schema, undefined)))
  const below = path.length === 0 && nearestName(given, names) === undefined ? fieldsBelow(root, names, value, given) : []
  return below.length === 0 ? suggestion(given, names) : `did you mean ${below.map((name) => `"${name}"`).join(' or ')}?`
}

const fieldsBelow = (root: JsonSchema, owners: readonly string[], value: unknown, given: string): string[] =>
  owners.flatMap((owner) => fieldNames(schemasAt(root, [owner], value)).filter((name) => isSameName(name, given)).map((name) => `${owner}.${name}`))
