const EXECUTIONS = '"executions":['

/**
 * A line of a rollout with an empty list of executions, whose outputs may be of any length. Within a JSON string every quote is
 * escaped, so that the pattern, which has a bare quote in its middle, cannot be found there. Arrays of numbers stay: to cut them
 * out takes longer than to parse them.
 */
export function withoutExecutions(line: string): string {
  let from = 0
  let kept = ''
  for (let at = line.indexOf(EXECUTIONS); at >= 0; at = line.indexOf(EXECUTIONS, from)) {
    const end = endOfArray(line, at + EXECUTIONS.length)
    if (end < 0) break
    kept += line.slice(from, at + EXECUTIONS.length)
    from = end
  }
  return from === 0 ? line : kept + line.slice(from)
}

/** Where the array whose first element begins at `from` ends, arrays and strings within passed over; −1 = it does not. */
function endOfArray(text: string, from: number): number {
  let depth = 1
  for (let at = from; at < text.length; at++) {
    const character = text[at]
    if (character === '"') at = endOfString(text, at + 1)
    else if (character === '[') depth++
    else if (character === ']' && --depth === 0) return at
    if (at < 0) return -1
  }
  return -1
}

/** The quote that ends the string whose first character is at `from`; −1 = none does. */
function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0
    while (text[at - 1 - slashes] === '\\' && at - 1 - slashes >= from) slashes++
    if (slashes % 2 === 0) return at
  }
  return -1
}
