/** A part of a text: UTF-16 units, `from` inclusive, `to` exclusive. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** An answer with blanks around it; `before` = where its mark starts, which ends what leads up to it. */
export type MarkedRange = Range & { readonly before: number }

const BOX = '\\boxed{'

/**
 * The answer of a text from `start` on: the last box or what follows the last marker in its line, whichever stands later. Models
 * write markers as headings too, so one with nothing behind it in its line gives way to any box; where there is no box, its answer
 * is the next line that holds anything. A box or a marker with nothing in it is given where there is no other, so that it ends the
 * text before; null = neither is there. Recorded loops are marked alike, by `live/spans.py`.
 */
export function findAnswer(text: string, start: number, marker: string): MarkedRange | null {
  const [marked, boxed] = [findMarked(text, start, marker), findBoxed(text, start)]
  if (marked === null) return boxed
  const unanswered = isBlank(text, marked)
  if (boxed === null || isBlank(text, boxed)) return unanswered ? nextLine(text, marked) : marked
  if (boxed.before < marked.before) return unanswered ? boxed : marked
  return isBlank(text, { from: marked.from, to: boxed.before }) ? { ...boxed, before: marked.before } : boxed
}

const isBlank = (text: string, { from, to }: Range): boolean => text.slice(from, to).trim().length === 0

/** From the last marker to the end of its line. */
function findMarked(text: string, start: number, marker: string): MarkedRange | null {
  const at = text.lastIndexOf(marker)
  return at < start ? null : { before: at, from: at + marker.length, to: lineEnd(text, at + marker.length) }
}

/** The first line behind the marker's own that is not blank; the end of the text where there is none. */
function nextLine(text: string, { before, to }: MarkedRange): MarkedRange {
  const from = text.length - text.slice(to).trimStart().length
  return { before, from, to: lineEnd(text, from) }
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end < 0 ? text.length : end
}

/** The inside of the last `\boxed{…}`, braces balanced; null for one that is not closed. */
function findBoxed(text: string, start: number): MarkedRange | null {
  const at = text.lastIndexOf(BOX)
  if (at < start) return null
  let depth = 1
  for (let i = at + BOX.length; i < text.length; i++) {
    if (text[i] === '{') depth++
    if (text[i] === '}' && --depth === 0) return { before: at, from: at + BOX.length, to: i }
  }
  return null
}
