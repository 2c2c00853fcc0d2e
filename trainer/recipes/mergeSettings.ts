type JsonObject = Readonly<Record<string, unknown>>

/**
 * `over` laid over `base`, neither changed: objects merge key by key; arrays and everything else replace; so does an
 * object with another `name`, since it is another thing (an algorithm, an environment) with other options. The outermost
 * `name` is only a label.
 */
export function mergeSettings(base: unknown, over: unknown): unknown {
  return isObject(base) && isObject(over) ? mergeObjects(base, over) : over
}

function mergeObjects(base: JsonObject, over: JsonObject): JsonObject {
  const merged = new Map(Object.entries(base))
  for (const [key, value] of Object.entries(over)) {
    if (value !== undefined) merged.set(key, mergeValue(merged.get(key), value))
  }
  return Object.fromEntries(merged)
}

function mergeValue(base: unknown, over: unknown): unknown {
  return isObject(base) && isObject(over) && !isAnother(base, over) ? mergeObjects(base, over) : over
}

function isAnother(base: JsonObject, over: JsonObject): boolean {
  return base['name'] !== undefined && over['name'] !== undefined && base['name'] !== over['name']
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
