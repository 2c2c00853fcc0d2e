/**
 * Text of models and files as it can be seen: characters that hide, reorder or colour text are shown by a mark. Used wherever a
 * trace is shown raw, so that what a reader sees is what is there.
 */

/** Code points that cannot be seen, by range; tab and line feed are ordinary. */
const HIDDEN_RANGES: readonly (readonly [number, number])[] = [
  [0x00, 0x08], [0x0b, 0x1f], [0x7f, 0x9f], [0xad, 0xad], [0x34f, 0x34f], [0x61c, 0x61c], [0x115f, 0x1160], [0x17b4, 0x17b5],
  [0x180b, 0x180e], [0x200b, 0x200f], [0x2028, 0x202e], [0x2060, 0x206f], [0x3164, 0x3164], [0xfeff, 0xfeff], [0xffa0, 0xffa0],
  [0xfff9, 0xfffb]
]

const NAMES: Readonly<Record<number, string>> = {
  0x00: 'NUL', 0x07: 'BEL', 0x08: 'BS', 0x0b: 'VT', 0x0c: 'FF', 0x0d: 'CR', 0x1b: 'ESC', 0x7f: 'DEL',
  0x85: 'NEL', 0xad: 'SHY', 0x61c: 'ALM', 0x200b: 'ZWSP', 0x200c: 'ZWNJ', 0x200d: 'ZWJ', 0x200e: 'LRM', 0x200f: 'RLM', 0x2028: 'LS',
  0x2029: 'PS', 0x202a: 'LRE', 0x202b: 'RLE', 0x202c: 'PDF', 0x202d: 'LRO', 0x202e: 'RLO', 0x2060: 'WJ', 0x2066: 'LRI', 0x2067: 'RLI',
  0x2068: 'FSI', 0x2069: 'PDI', 0xfeff: 'BOM'
}

const unit = (code: number) => `\\u${code.toString(16).padStart(4, '0')}`
const oneUnit = HIDDEN_RANGES.map(([from, to]) => `${unit(from)}-${unit(to)}`).join('')
// Without the u flag, so that lone surrogates are matched by themselves; the last alternative is Unicode's invisible tags.
const HIDDEN = new RegExp(
  `[${oneUnit}]|\\udb40[\\udc00-\\udc7f]|[\\ud800-\\udbff](?![\\udc00-\\udfff])|(?<![\\ud800-\\udbff])[\\udc00-\\udfff]`,
  'g'
)

/** A piece of text: plain, or one hidden character with the mark that shows it. */
export interface TextPiece {
  readonly text: string
  readonly hidden: boolean
  /** UTF-16 units of the text that it stands for. */
  readonly units: number
}

/** Cuts text at its hidden characters; each becomes a piece of its own, shown by its mark. */
export function visiblePieces(text: string): readonly TextPiece[] {
  const pieces: TextPiece[] = []
  let at = 0
  for (const match of text.matchAll(HIDDEN)) {
    if (match.index > at) pieces.push(plainPiece(text.slice(at, match.index)))
    pieces.push({ text: markOf(match[0]), hidden: true, units: match[0].length })
    at = match.index + match[0].length
  }
  if (at < text.length) pieces.push(plainPiece(text.slice(at)))
  return pieces
}

const plainPiece = (text: string): TextPiece => ({ text, hidden: false, units: text.length })

/** The text with marks in place of hidden characters; `\r\n` counts as one line break. */
export function visibleText(text: string): string {
  return text.replace(/\r\n/g, '\n').replace(HIDDEN, markOf)
}

/** One line of at most `length` characters, for titles and cells. */
export function visibleLine(text: string, length: number): string {
  const line = visibleText(text.slice(0, length * 2).replace(/\s+/g, ' '))
  return line.length > length ? `${line.slice(0, length - 1)}…` : line
}

/** `⟨ZWSP⟩` for characters with a known short name, else `⟨U+XXXX⟩`. */
function markOf(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return `⟨${NAMES[code] ?? `U+${code.toString(16).toUpperCase().padStart(4, '0')}`}⟩`
}
