/**
 * Names of reward parts as names of columns. A rollout may have several parts of one name, and DuckDB takes names that differ
 * only in the case of ASCII letters for one: the later parts of a name are numbered, `length#2`. Lines and shards go by this
 * same rule, so that a list says the same before and after a step is compacted.
 */

/** What names of one column have in common. */
export const partKey = (name: string): string => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase())

/** `partKey` of a SQL expression. */
export const partKeySql = (name: string): string => `translate(${name}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')`

/** The parts of a rollout, in their order, by the names of their columns. */
export function numberedParts<T extends { readonly name: string }>(parts: readonly T[]): T[] {
  const met = new Map<string, number>()
  return parts.map((part) => {
    const key = partKey(part.name)
    const number = (met.get(key) ?? 0) + 1
    met.set(key, number)
    return number === 1 ? part : { ...part, name: `${part.name}#${number}` }
  })
}

/** SQL expression: the same of the column `reward`, as a list of {name, score}. */
export const NUMBERED_PARTS_SQL = `list_transform(reward.parts, lambda part, i: {
  name: part.name || CASE ${numberSql()} WHEN 1 THEN '' ELSE '#' || ${numberSql()} END, score: part.score})`

function numberSql(): string {
  return `len(list_filter(reward.parts[1:i], lambda other: ${partKeySql('other.name')} = ${partKeySql('part.name')}))`
}

/** The name among these that is of the same column. */
export function samePart(names: Iterable<string>, wanted: string): string | undefined {
  const key = partKey(wanted)
  for (const name of names) if (partKey(name) === key) return name
  return undefined
}

/** Each column once, by the name that comes first. */
export function distinctParts(names: Iterable<string>): string[] {
  const found = new Map<string, string>()
  for (const name of names) {
    const key = partKey(name)
    if (!found.has(key)) found.set(key, name)
  }
  return [...found.values()]
}
