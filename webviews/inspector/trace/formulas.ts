/** A formula between its delimiters; `source` is all that stood there. */
export interface Formula {
  readonly text: string
  readonly display: boolean
  readonly source: string
}

const LONGEST = 4000
const DOLLARS = /\$\$([^$]+?)\$\$/y
const BRACKETS = /\\\[([\s\S]+?)\\\]/y
const PARENTHESES = /\\\(([\s\S]+?)\\\)/y
// As Pandoc has it: no space inside the ends and no digit after, so that prices stay prices.
const DOLLAR = /\$([^\s$](?:[^$\n]*[^\s$\\])?)\$(?!\d)/y

/** The formula that starts at this place: `$…$`, `$$…$$`, `\(…\)` or `\[…\]`. */
export function formulaAt(text: string, at: number): Formula | undefined {
  const first = text[at]
  if (first !== '$' && first !== '\\') return undefined
  const near = text.slice(at, at + LONGEST)
  return matched(DOLLARS, near, true) ?? matched(BRACKETS, near, true) ?? matched(PARENTHESES, near, false) ?? matched(DOLLAR, near, false)
}

function matched(pattern: RegExp, text: string, display: boolean): Formula | undefined {
  pattern.lastIndex = 0
  const match = pattern.exec(text)
  return match?.[1] === undefined ? undefined : { text: match[1], display, source: match[0] }
}
