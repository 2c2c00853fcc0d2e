/** Words after which a slash begins a regular expression, not a division. */
const BEFORE_PATTERN = /(^|[=(,:;!&|?{}[+\-*%~^<>])$|\b(return|typeof|case|in|of|delete|void|throw|new|do|else|await|yield)$/

/**
 * JavaScript or TypeScript with blanks in place of what stands in strings, templates, patterns and comments: of the same length, so that
 * brackets can be matched and places found by it.
 */
export function maskJavaScript(text: string): string {
  const blank = new Array<boolean>(text.length).fill(false)
  /** Depths of braces at which a template goes on. */
  const templates: number[] = []
  let depth = 0
  for (let at = 0; at < text.length; ) {
    const [from, two] = [at, text.slice(at, at + 2)]
    const mark = text[at]!
    if (two === '//') at = orEnd(text, text.indexOf('\n', at))
    else if (two === '/*') at = orEnd(text, text.indexOf('*/', at + 2), 2)
    else if (mark === '"' || mark === "'") at = endOfString(text, at, mark)
    else if (mark === '`' || (mark === '}' && templates.at(-1) === depth)) {
      if (mark === '}') templates.pop()
      const end = endOfTemplatePart(text, at + 1)
      if (text[end - 1] === '{') templates.push(depth)
      at = end
    } else if (mark === '/' && BEFORE_PATTERN.test(lastWord(text, blank, at))) at = endOfPattern(text, at)
    else {
      if (mark === '{') depth++
      if (mark === '}') depth--
      at++
      continue
    }
    blank.fill(true, from, at)
  }
  return masked(text, blank)
}

/** Python with blanks in place of what stands in strings and comments, line ends within strings among it. */
export function maskPython(text: string): string {
  const blank = new Array<boolean>(text.length).fill(false)
  for (let at = 0; at < text.length; ) {
    const from = at
    const quotes = /^("""|'''|"|')/.exec(text.slice(at, at + 3))?.[0]
    if (text[at] === '#') at = orEnd(text, text.indexOf('\n', at))
    else if (quotes?.length === 3) at = endOfLongString(text, at + 3, quotes)
    else if (quotes !== undefined) at = endOfString(text, at, quotes)
    else {
      at++
      continue
    }
    blank.fill(true, from, at)
  }
  return masked(text, blank, '')
}

const masked = (text: string, blank: readonly boolean[], kept = '\n'): string => text.split('').map((character, at) => (blank[at] && character !== kept ? ' ' : character)).join('')

const orEnd = (text: string, at: number, more = 0): number => (at < 0 ? text.length : at + more)

function endOfString(text: string, start: number, quote: string): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === quote) return at + 1
    else if (text[at] === '\n') return at
  }
  return text.length
}

function endOfLongString(text: string, start: number, quotes: string): number {
  for (let at = start; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text.startsWith(quotes, at)) return at + 3
  }
  return text.length
}

/** After the closing backtick, or after the brace that begins an expression. */
function endOfTemplatePart(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '`') return at + 1
    else if (text[at] === '$' && text[at + 1] === '{') return at + 2
  }
  return text.length
}

function endOfPattern(text: string, start: number): number {
  let inClass = false
  for (let at = start + 1; at < text.length && text[at] !== '\n'; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '[') inClass = true
    else if (text[at] === ']') inClass = false
    else if (text[at] === '/' && !inClass) return at + 1
  }
  return start + 1
}

/** What stands before a place but for blanks: a few characters. */
function lastWord(text: string, blank: readonly boolean[], at: number): string {
  let before = at
  while (before > 0 && (blank[before - 1] || /\s/.test(text[before - 1]!))) before--
  return text.slice(Math.max(0, before - 12), before)
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }

/** Place after the bracket that closes the one at `from`; -1 where none does. */
export function afterClosing(mask: string, from: number): number {
  const open: string[] = []
  for (let at = from; at < mask.length; at++) {
    const mark = mask[at]!
    if (mark in CLOSING) open.push(CLOSING[mark]!)
    else if (mark === ')' || mark === ']' || mark === '}') {
      if (open.pop() !== mark) return -1
      if (open.length === 0) return at + 1
    }
  }
  return -1
}
