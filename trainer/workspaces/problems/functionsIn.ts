import { afterClosing, maskJavaScript, maskPython } from './maskedText.ts'

/** A function of a file: UTF-16 units, `from` inclusive, `to` exclusive. */
export interface FoundFunction {
  readonly name: string
  readonly from: number
  readonly to: number
  /** The function as it stands where its body is missing. */
  readonly without: string
  /** From 1. */
  readonly lines: readonly [first: number, last: number]
}

/** The functions of a file that have a body in lines or braces of its own, in their order. */
export function functionsIn(file: string, text: string): FoundFunction[] {
  return file.endsWith('.py') ? pythonFunctions(text) : scriptFunctions(text)
}

const FORMS = [
  /\b(?:async\s+)?function\s*\*?\s*(?<name>[A-Za-z_$][\w$]*)\s*(?:<[^({]*>)?\s*(?=\()/g,
  /\b(?:const|let|var)\s+(?<name>[A-Za-z_$][\w$]*)\s*(?::[^=\n]+)?=\s*(?:async\s+)?(?:function\s*\*?\s*)?(?:<[^({]*>)?\s*(?=\()/g,
  /(?<=^|[{};]\s*|\n\s*)(?:(?:static|async|get|set|public|private|protected|override)\s+)*\*?\s*(?<name>#?[A-Za-z_$][\w$]*)\s*(?:<[^({]*>)?(?=\()/g
]
const NO_NAMES = new Set(['if', 'for', 'while', 'switch', 'catch', 'function', 'return', 'with', 'super', 'await', 'typeof', 'new', 'throw', 'constructor'])

function scriptFunctions(text: string): FoundFunction[] {
  const mask = maskJavaScript(text)
  const found = new Map<number, FoundFunction>()
  for (const form of FORMS) {
    for (const match of mask.matchAll(form)) {
      const { name } = match.groups as { name: string }
      const from = match.index + (/^\s*/.exec(match[0])?.[0].length ?? 0)
      const body = NO_NAMES.has(name) ? undefined : bodyOf(mask, match.index + match[0].length)
      if (body === undefined || [...found.values()].some((other) => other.to === body.to)) continue
      const without = `${text.slice(from, body.from)}{\n${indentOf(text, from)}  throw new Error('not written yet')\n${indentOf(text, from)}}`
      found.set(from, { name, from, to: body.to, without, lines: linesOf(text, from, body.to) })
    }
  }
  return [...found.values()].sort((a, b) => a.from - b.from)
}

/** The braces after the parameters at a place; undefined where something else follows, such as a mere call. */
function bodyOf(mask: string, parameters: number): { readonly from: number; readonly to: number } | undefined {
  const after = afterClosing(mask, parameters)
  if (after < 0) return undefined
  let at = after + skip(mask, after, /^\s*/)
  if (mask[at] === ':') at = afterType(mask, at + 1)
  at += skip(mask, at, /^\s*(?:=>)?\s*/)
  const to = mask[at] === '{' ? afterClosing(mask, at) : -1
  return to < 0 ? undefined : { from: at, to }
}

const skip = (mask: string, at: number, pattern: RegExp): number => pattern.exec(mask.slice(at, at + 200))?.[0].length ?? 0

/** After a type of a result: its own braces stand after a mark that goes on. */
function afterType(mask: string, start: number): number {
  let at = start
  for (let goesOn = true; at < mask.length; ) {
    if (/\s/.test(mask[at]!)) at++
    else if (mask[at] === '{' && !goesOn) return at
    else if (mask.startsWith('=>', at) && !goesOn) return at
    else if ('({['.includes(mask[at]!)) {
      const end = afterClosing(mask, at)
      if (end < 0) return mask.length
      at = end
      goesOn = false
    } else {
      goesOn = /[|&<,:?]/.test(mask[at]!)
      at++
    }
  }
  return at
}

const DEFINITION = /^(?<indent>[ \t]*)(?:async[ \t]+)?def[ \t]+(?<name>\w+)[ \t]*(?=\()/gm

function pythonFunctions(text: string): FoundFunction[] {
  const mask = maskPython(text)
  return [...mask.matchAll(DEFINITION)].flatMap((match) => {
    const { indent, name } = match.groups as { indent: string; name: string }
    const from = match.index + indent.length
    const afterParameters = afterClosing(mask, match.index + match[0].length)
    const colon = afterParameters < 0 ? -1 : mask.indexOf(':', afterParameters)
    if (colon < 0) return []
    const to = endOfSuite(text, mask, colon, indent)
    const { kept, inner } = keptOf(text, colon, to, indent)
    return [{ name, from, to, without: `${text.slice(from, kept)}\n${inner}raise NotImplementedError`, lines: linesOf(text, from, to) }]
  })
}

/** The end of the last line that is further in, brackets and strings being one line. */
function endOfSuite(text: string, mask: string, colon: number, indent: string): number {
  let to = endOfLine(mask, colon)
  for (let at = to + 1; at < mask.length; ) {
    const end = endOfStatement(mask, at)
    const line = text.slice(at, end)
    if (line.trim() !== '') {
      if (!line.startsWith(indent) || !/^[ \t]/.test(line.slice(indent.length))) return to
      to = end
    }
    at = end + 1
  }
  return Math.min(to, text.length)
}

const endOfLine = (text: string, at: number): number => (text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at))

/** The end of the line on which a statement ends: not within brackets or a string of several lines. */
function endOfStatement(mask: string, start: number): number {
  let [depth, at] = [0, start]
  for (; at < mask.length; at++) {
    const mark = mask[at]!
    if ('([{'.includes(mark)) depth++
    if (')]}'.includes(mark)) depth--
    if (mark === '\n' && depth <= 0) return at
  }
  return mask.length
}

/** Up to where the signature and a description stay, and how far in the body stands. */
function keptOf(text: string, colon: number, to: number, indent: string): { readonly kept: number; readonly inner: string } {
  const body = text.slice(colon + 1, to)
  const described = /^[^\S\n]*(?:#[^\n]*)?\n(?:[ \t]*\n)*([ \t]+)[rRuU]?("""|''')[^]*?\2/.exec(body)
  const inner = /\n([ \t]+)\S/.exec(body)?.[1] ?? `${indent}    `
  return { kept: colon + 1 + (described?.[0].length ?? 0), inner }
}

const indentOf = (text: string, at: number): string => /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', at - 1) + 1))![0]

const linesOf = (text: string, from: number, to: number): readonly [number, number] => [lineAt(text, from), lineAt(text, to)]
const lineAt = (text: string, at: number): number => text.slice(0, at).split('\n').length
