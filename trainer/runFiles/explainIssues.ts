import type { z } from 'zod'
import { describeAllowed } from './describeAllowed.ts'
import { nearestName } from '../nearestName.ts'
import type { Mistake } from './runFileError.ts'
import { childOf, schemasAt } from './schemaWalk.ts'
import type { JsonSchema } from './schemaWalk.ts'
import type { JsonPath } from './jsonDocument.ts'
import { listFields, suggestField } from './suggestField.ts'

type Issue = z.core.$ZodIssue

/** Where a value or a key was written: a place in the file, or the `--set` that wrote it. */
export interface Places {
  place(path: JsonPath): string
  placeOfKey(path: JsonPath): string
}

export interface Explained {
  readonly schema: JsonSchema
  readonly value: unknown
  readonly places: Places
  /** What the outermost object is called. */
  readonly title: string
  /** Where the value stands in the run file, for the names of fields. */
  readonly prefix?: JsonPath
  /** Say of an unknown field which there are: where they are few, and nowhere else to be read. */
  readonly listsFields?: boolean
}

/** zod's findings in people's words: the place, the value found, what is allowed, the nearest valid name. */
export function explainIssues(issues: readonly Issue[], context: Explained): Mistake[] {
  return issues.flatMap((issue) => flatten(issue, context.value, [])).flatMap((issue) => explain(issue, context))
}

/** Replaces a union's complaint by those of the alternative that was probably meant. */
function flatten(issue: Issue, root: unknown, prefix: JsonPath): Issue[] {
  const path = [...prefix, ...issue.path] as (string | number)[]
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [{ ...issue, path }]
  const branch = likeliestBranch(issue.errors, valueAt(root, path))
  if (!branch) return [{ ...issue, path }]
  return branch.flatMap((inner) => flatten(inner, root, path))
}

/** None where the value has the wrong type for every alternative. */
function likeliestBranch(branches: readonly (readonly Issue[])[], value: unknown): readonly Issue[] | undefined {
  const typed = branches.filter((issues) => !issues.some((issue) => issue.path.length === 0 && issue.code === 'invalid_type'))
  const module = childOf(value, 'name') === 'module'
  const named = typed.filter((issues) => module || !issues.some(namesAnother))
  const meant = named.filter((issues) => !issues.some(isAboutName))
  const candidates = [meant, named, typed].find((list) => list.length > 0) ?? []
  const likeliest = [...candidates].sort((a, b) => a.length - b.length)[0]
  return likeliest?.map((issue) => (isAboutName(issue) ? { ...issue, values: [...issue.values, ...otherNames(typed, issue.values)] } : issue))
}

const isAboutName = (issue: Issue): issue is Extract<Issue, { code: 'invalid_value' }> => issue.code === 'invalid_value' && issue.path[0] === 'name'

/** Names that other alternatives take; a module is no name that anybody misspells. */
const otherNames = (branches: readonly (readonly Issue[])[], known: readonly unknown[]): Extract<Issue, { code: 'invalid_value' }>['values'] =>
  branches.flatMap((issues) => issues.filter(isAboutName).flatMap(({ values }) => values)).filter((name) => name !== 'module' && !known.includes(name))

/** The alternative is for one other `name` alone. */
const namesAnother = (issue: Issue): boolean => isAboutName(issue) && issue.values.length === 1

function explain(issue: Issue, context: Explained): Mistake[] {
  const path = issue.path as (string | number)[]
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownField(path, key, context))
  const found = valueAt(context.value, path)
  return [found === undefined ? missingField(path, context) : wrongValue(path, found, issue, context)]
}

function unknownField(path: JsonPath, key: string, { schema, value, places, title, prefix = [], listsFields = false }: Explained): Mistake {
  const owner = path.length > 0 ? `"${dotted([...prefix, ...path])}"` : title
  return {
    code: 'runFile/unknown-field',
    place: places.placeOfKey([...path, key]),
    message: `unknown field "${key}" in ${owner};`,
    remedy: (listsFields ? listFields : suggestField)(schema, path, value, key)
  }
}

function missingField(path: JsonPath, { schema, value, places, prefix = [] }: Explained): Mistake {
  return {
    code: 'runFile/missing-field',
    place: places.place(path.slice(0, -1)),
    message: `"${dotted([...prefix, ...path])}" is missing;`,
    remedy: `it must be ${describeAllowed(schemasAt(schema, path, value))}`
  }
}

function wrongValue(path: JsonPath, found: unknown, issue: Issue, { schema, value, places, title, prefix = [] }: Explained): Mistake {
  const schemas = schemasAt(schema, path, value)
  const what = path.length > 0 ? `"${dotted([...prefix, ...path])}"` : title
  return {
    code: 'runFile/wrong-value',
    place: places.place(path),
    message: `${what} is ${showValue(found)};`,
    remedy: issue.code === 'custom' ? issue.message : namedValue(found, offeredNames(issue, schemas)) ?? `allowed: ${describeAllowed(schemas)}`
  }
}

/** Of the names that pass, those that the schema offers: some are for tests alone. */
function offeredNames(issue: Issue, schemas: readonly JsonSchema[]): string[] {
  const offered = schemas.flatMap((schema) => schema.enum?.map(String) ?? [])
  return namesOf(issue).filter((name) => offered.length === 0 || schemas.length > 1 || offered.includes(name))
}

function namesOf(issue: Issue): string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String)
  if (issue.code === 'invalid_union' && 'options' in issue && Array.isArray(issue.options)) return issue.options.map(String)
  return []
}

function namedValue(found: unknown, names: readonly string[]): string | undefined {
  if (names.length === 0) return undefined
  const nearest = typeof found === 'string' ? nearestName(found, names) : undefined
  const allowed = `allowed: ${names.join(', ')}`
  return nearest === undefined ? allowed : `did you mean "${nearest}"? (${allowed})`
}

export function valueAt(value: unknown, path: JsonPath): unknown {
  return path.reduce((here, key) => childOf(here, key), value)
}

/** `rewards.0.weight`, the way `--set` writes it. */
export const dotted = (path: JsonPath): string => path.join('.')

const LONGEST_SHOWN = 60

/** The value as JSON on one line, cut where it is long. */
export function showValue(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text
}
