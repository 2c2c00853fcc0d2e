import { LabError } from '../errors.ts'
import type { JsonPath } from './jsonDocument.ts'
import { childOf, schemasAt } from './schemaWalk.ts'
import type { JsonSchema } from './schemaWalk.ts'
import { suggestField } from './suggestField.ts'

/** One `--set path=value`. */
export interface Setting {
  readonly path: JsonPath
  readonly value: unknown
  /** As it was typed. */
  readonly text: string
}

/** `sampling.temperature=0.5`, `rewards.1.weight=0.1`, `algorithm={"name":"rloo"}`: JSON, or else a plain text. */
export function parseSetting(text: string): Setting {
  const equals = text.indexOf('=')
  const keys = text.slice(0, equals).split('.')
  if (equals < 1 || keys.some((key) => key === '' || key === '__proto__')) {
    throw new LabError('usage', 'usage/set', `"${text}" is not path=value.`, {
      place: '--set', remedy: 'Write for example --set steps=40 or --set sampling.temperature=0.8 or --set rewards.0.weight=2.'
    })
  }
  return { path: keys.map((key) => (/^\d+$/.test(key) ? Number(key) : key)), value: parseValue(text.slice(equals + 1)), text }
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** A copy of the value with the settings applied in order, over the defaults of what they change; a path that the schema does not know is refused. */
export function applySettings(value: unknown, settings: readonly Setting[], schema: JsonSchema): unknown {
  let result = structuredClone(value)
  for (const setting of settings) {
    refuseUnknownPath(setting, schema, result)
    result = withValue(result, setting.path, setting)
  }
  const begun = settings.flatMap(({ path: [key, ...rest] }) => (rest.length > 0 && typeof key === 'string' && childOf(value, key) === undefined ? [key] : []))
  return begun.reduce((whole, key) => ({ ...(whole as object), [key]: over(schema.properties?.[key]?.default, childOf(whole, key)) }), result)
}

/** What settings change a part of, where nothing else is said of it, is its default in all other parts: the algorithm keeps its name. */
function over(preset: unknown, made: unknown): unknown {
  if (Array.isArray(preset) && Array.isArray(made)) return made.map((entry, i) => over(preset[i], entry))
  return isObject(preset) && isObject(made) ? { ...preset, ...made } : made
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value)

function refuseUnknownPath(setting: Setting, schema: JsonSchema, value: unknown): void {
  for (let length = 1; length <= setting.path.length; length++) {
    const path = setting.path.slice(0, length)
    if (schemasAt(schema, path, value).length > 0) continue
    throw unknownPath(setting, path, schema, value)
  }
}

function unknownPath(setting: Setting, path: JsonPath, schema: JsonSchema, value: unknown): LabError {
  const parent = path.slice(0, -1)
  const list = schemasAt(schema, parent, value).some(({ type }) => type === 'array')
  return new LabError('usage', 'usage/set', `--set names a field that does not exist: "${path.join('.')}".`, {
    place: `--set ${setting.text}`, remedy: list ? 'Name an entry of the list by its number, from 0.' : capital(suggestField(schema, parent, value, String(path.at(-1))))
  })
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

function withValue(value: unknown, path: JsonPath, setting: Setting): unknown {
  const [key, ...rest] = path
  if (key === undefined) return setting.value
  if (typeof key === 'number') return withEntry(value, key, rest, setting)
  const object = isObject(value) ? value : {}
  return { ...object, [key]: withValue(childOf(object, key), rest, setting) }
}

/** Entries may be replaced, or one added at the end. */
function withEntry(value: unknown, index: number, rest: JsonPath, setting: Setting): unknown {
  const list: readonly unknown[] = Array.isArray(value) ? value : []
  if (index > list.length) {
    throw new LabError('usage', 'usage/set', `The list has ${list.length} entries, there is no entry ${index}.`, {
      place: `--set ${setting.text}`, remedy: `Use a number from 0 to ${list.length} (${list.length} adds one).`
    })
  }
  return [...list.slice(0, index), withValue(list[index], rest, setting), ...list.slice(index + 1)]
}
