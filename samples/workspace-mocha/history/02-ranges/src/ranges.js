/** Reads `1-3,7` as [[1, 3], [7, 7]]. Throws a RangeError for what is no range. */
export function parseRanges(text) {
  return text.split(',').map((part) => {
    const match = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part)
    if (!match) throw new RangeError(`not a range: ${part.trim()}`)
    const from = Number(match[1])
    const to = match[2] === undefined ? from : Number(match[2])
    if (to < from) throw new RangeError(`backwards: ${part.trim()}`)
    return [from, to]
  })
}

/** Sorts ranges and joins those that overlap. */
export function mergeRanges(ranges) {
  const merged = []
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else merged.push([from, to])
  }
  return merged
}
