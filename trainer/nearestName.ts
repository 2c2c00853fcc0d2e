/** Damerau–Levenshtein distance (optimal string alignment): inserts, deletes, replacements and swaps of neighbours. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, beforeLast[j - 2]! + 1)
      row.push(best)
    }
    beforeLast = last
    last = row
  }
  return last[b.length]!
}

/** Letters and digits alone, so that `group_size`, `GroupSize` and `group-size` count as the same word. */
const bare = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')

export const isSameName = (a: string, b: string): boolean => bare(a) === bare(b)

const LONGEST_COMPARED = 64

/** The valid name that was probably meant: at most a third of the letters (and never fewer than one) differ. */
export function nearestName(given: string, valid: readonly string[]): string | undefined {
  if (given.length > LONGEST_COMPARED) return undefined
  const word = bare(given)
  const ranked = valid
    .map((name) => ({ name, distance: editDistance(word, bare(name)) }))
    .sort((a, b) => a.distance - b.distance || a.name.length - b.name.length)
  const best = ranked[0]
  if (!best) return undefined
  const allowance = Math.max(1, Math.floor(Math.max(word.length, bare(best.name).length) / 3))
  return best.distance <= allowance ? best.name : undefined
}

/** `; did you mean "x"?` or what else there is. */
export function suggestion(given: string, valid: readonly string[], what = 'allowed'): string {
  const nearest = nearestName(given, valid)
  if (nearest !== undefined) return `did you mean "${nearest}"?`
  return valid.length === 0 ? 'nothing is allowed here' : `${what}: ${valid.join(', ')}`
}
