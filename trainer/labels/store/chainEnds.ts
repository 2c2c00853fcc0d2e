/**
 * Where each chain ends: follows `next` from every id until there is none. A chain that runs into a circle ends in the
 * smallest id of the circle. Takes time in proportion to the number of ids, however they are chained.
 */
export function chainEnds(ids: Iterable<string>, next: (id: string) => string | undefined): ReadonlyMap<string, string> {
  const ends = new Map<string, string>()
  for (const id of ids) {
    // Most chains have one link: no set is made for them.
    if (next(id) === undefined) {
      ends.set(id, id)
      continue
    }
    const passed = new Set<string>()
    let at = id
    for (let after = next(at); after !== undefined && !ends.has(at) && !passed.has(at); after = next(at)) {
      passed.add(at)
      at = after
    }
    const end = ends.get(at) ?? (passed.has(at) ? smallestFrom(at, passed) : at)
    for (const each of passed) ends.set(each, end)
    ends.set(at, end)
  }
  return ends
}

/** The circle is what was passed from its first id on. */
function smallestFrom(begin: string, passed: ReadonlySet<string>): string {
  const all = [...passed]
  return all.slice(all.indexOf(begin)).sort()[0]!
}
