import { visiblePieces } from '../../webviews/protocol/visibleText.ts'
import type { Piece } from './projection.ts'

/** Longer lines are broken: editors stop drawing them. */
export const LINE_CHARACTERS = 2000
/** VS Code does not hand larger documents to anybody. */
export const TEXT_CHARACTERS = 8_000_000
/** Hidden characters and line ends in two characters are a piece each: a text of nothing else must not take all memory. */
const MOST_PIECES = 500_000
/** Begins the rest of a broken line. */
export const CONTINUED = '↪ '
/** Begins a line of a text that would else pass for a heading or for the rest of a broken line. */
export const QUOTED = '⟨text⟩ '
const LOOKS_LIKE_OURS = /^(?:──|↪ |⟨text⟩ )/
/** Marks of accents and the like are not parted from what they stand on, unless there is no end of them. */
const ACCENT = /^\p{M}$/u
const MOST_ACCENTS = 64

/** Writes a document line by line and notes which run of it shows which raw text. */
export class ProjectionWriter {
  readonly pieces: Piece[] = []
  readonly lineStarts: number[] = [0]
  private readonly chunks: string[] = []
  private length = 0
  private column = 0
  /** The document takes no more text. */
  full = false

  /** Line that is being written. */
  get line(): number {
    return this.lineStarts.length - 1
  }

  get text(): string {
    return this.chunks.join('')
  }

  /** A line of ours. */
  own(line: string): void {
    this.put(line)
    this.feed()
  }

  /**
   * Lines of somebody else's text, hidden characters as marks, long lines broken. Where a segment is named, the pieces say which
   * raw text they show.
   */
  theirs(text: string, from = 0, to = text.length, segment?: number): void {
    for (let at = from; at <= to && !this.full;) {
      const found = text.indexOf('\n', at)
      const feed = found < 0 || found >= to ? to : found
      const end = feed < to && feed > at && text[feed - 1] === '\r' ? feed - 1 : feed
      const shown = this.theirLine(text, at, end, segment)
      if (this.full) this.sayHowMuchIsMissing(to - shown)
      else this.noted(feed < to ? segment : undefined, end, feed + 1, feed === end, () => this.feed())
      at = feed + 1
    }
  }

  /** Returns how far the text is shown. */
  private theirLine(text: string, from: number, to: number, segment: number | undefined): number {
    if (LOOKS_LIKE_OURS.test(text.slice(from, Math.min(to, from + QUOTED.length)))) this.put(QUOTED)
    const room = TEXT_CHARACTERS - this.length
    const end = from + room < to ? from + room - (isLowSurrogate(text, from + room) ? 1 : 0) : to
    let at = from
    for (const piece of visiblePieces(text.slice(from, end))) {
      if (this.length > TEXT_CHARACTERS || this.pieces.length > MOST_PIECES) break
      if (piece.hidden) this.mark(piece.text, at, piece.units, segment)
      else this.plain(text, at, at + piece.units, segment)
      at += piece.units
    }
    this.full = at < to
    return at
  }

  private sayHowMuchIsMissing(characters: number): void {
    if (this.column > 0) this.feed()
    this.own(`── ${characters} more characters are not shown here ──`)
  }

  private mark(mark: string, at: number, units: number, segment: number | undefined): void {
    if (this.column + mark.length > LINE_CHARACTERS) this.breakLine()
    this.noted(segment, at, at + units, false, () => this.put(mark))
  }

  private plain(text: string, from: number, to: number, segment: number | undefined): void {
    for (let at = from; at < to;) {
      if (this.column >= LINE_CHARACTERS) this.breakLine()
      const end = breakBefore(text, at, to, LINE_CHARACTERS - this.column)
      if (end === at) this.breakLine()
      else this.noted(segment, at, end, true, () => this.put(text.slice(at, end)))
      at = end
    }
  }

  /** Writes, and notes what was written as a piece; grows the last one where both are one run. */
  private noted(segment: number | undefined, from: number, to: number, exact: boolean, write: () => void): void {
    const at = this.length
    write()
    if (segment === undefined) return
    const last = this.pieces.at(-1)
    const grows = exact && last?.exact === true && last.segment === segment && last.to === from && last.at + last.length === at
    const length = this.length - at
    if (grows) this.pieces[this.pieces.length - 1] = { ...last, length: last.length + length, to }
    else this.pieces.push({ at, length, segment, from, to, exact })
  }

  private breakLine(): void {
    this.feed()
    this.put(CONTINUED)
  }

  private feed(): void {
    this.put('\n')
    this.column = 0
    this.lineStarts.push(this.length)
  }

  private put(text: string): void {
    this.chunks.push(text)
    this.length += text.length
    this.column += text.length
  }
}

/**
 * Where a piece of at most `room` units that starts at `at` ends: never between the halves of a surrogate pair or before an
 * accent. Answers `at` where nothing fits.
 */
function breakBefore(text: string, at: number, to: number, room: number): number {
  if (at + room >= to) return to
  for (let end = at + room; end > at + room - MOST_ACCENTS; end -= 1) {
    if (end === at || !isWithinCharacter(text, end)) return end
  }
  return at + room - (isLowSurrogate(text, at + room) ? 1 : 0)
}

const isWithinCharacter = (text: string, at: number): boolean => isLowSurrogate(text, at) || ACCENT.test(String.fromCodePoint(text.codePointAt(at) ?? 0))
const isLowSurrogate = (text: string, at: number): boolean => (text.charCodeAt(at) & 0xfc00) === 0xdc00
