import type { Piece, Place, Projection, RawSpan, StepPlace } from './projection.ts'

/** A run of the document; `to` is exclusive. */
export interface DocumentSpan {
  readonly from: number
  readonly to: number
}

/**
 * The raw text that a run of the document shows, grown to whole characters; undefined where it shows none. Of a run over several
 * completions, the part in the first. An empty run gives an empty span: the place it stands at, or the nearest before it on its line.
 */
export function rawSpanOf(projection: Projection, { from, to }: DocumentSpan): RawSpan | undefined {
  if (from === to) return rawPointOf(projection, from)
  const { pieces } = projection
  const first = pieces[firstIndex(pieces.length, (index) => endOf(pieces[index]!) > from)]
  if (!first || first.at >= to) return undefined
  const end = firstIndex(pieces.length, (index) => pieces[index]!.at >= to || pieces[index]!.segment > first.segment)
  const last = pieces[end - 1]!
  return {
    segment: first.segment,
    from: first.exact ? first.from + Math.max(0, from - first.at) : first.from,
    to: last.exact ? last.from + Math.min(last.length, to - last.at) : last.to
  }
}

function rawPointOf({ pieces }: Projection, at: number): RawSpan | undefined {
  const index = firstIndex(pieces.length, (each) => endOf(pieces[each]!) > at)
  const [before, inside] = [pieces[index - 1], pieces[index]]
  if (inside && inside.at <= at) return point(inside.segment, inside.exact ? inside.from + at - inside.at : inside.from)
  return before && endOf(before) === at ? point(before.segment, before.to) : undefined
}

const point = (segment: number, at: number): RawSpan => ({ segment, from: at, to: at })

/**
 * Where the document shows a span of raw text. What it does not show (a line feed that a heading stands for, text that was too long)
 * gives the empty run at the nearest place; undefined where nothing of the segment is shown.
 */
export function documentSpanOf(projection: Projection, { segment, from, to }: RawSpan): DocumentSpan | undefined {
  const pieces = projection.pieces.slice(...segmentRange(projection.pieces, segment))
  if (pieces.length === 0) return undefined
  const first = firstIndex(pieces.length, (index) => pieces[index]!.to > from)
  const end = firstIndex(pieces.length, (index) => pieces[index]!.from >= to)
  if (from === to || first >= end) {
    const at = nearest(pieces, first, from)
    return { from: at, to: at }
  }
  const [head, tail] = [pieces[first]!, pieces[end - 1]!]
  return {
    from: head.exact ? head.at + Math.max(0, from - head.from) : head.at,
    to: tail.exact ? tail.at + Math.min(tail.length, to - tail.from) : endOf(tail)
  }
}

/** Place of a point between pieces, or in the one that holds it. */
function nearest(pieces: readonly Piece[], first: number, from: number): number {
  const [before, after] = [pieces[first - 1], pieces[first]]
  if (after && after.from <= from) return after.exact ? after.at + from - after.from : after.at
  if (before && before.to === from) return endOf(before)
  return after ? after.at : endOf(before!)
}

/** Indices of a segment's pieces: first, and one past the last. */
const segmentRange = (pieces: readonly Piece[], segment: number): [number, number] =>
  [firstIndex(pieces.length, (index) => pieces[index]!.segment >= segment), firstIndex(pieces.length, (index) => pieces[index]!.segment > segment)]

const endOf = (piece: Piece): number => piece.at + piece.length

/** Line and character of an offset. */
export function placeAt({ lineStarts }: Projection, offset: number): Place {
  const line = firstIndex(lineStarts.length, (index) => lineStarts[index]! > offset) - 1
  return { line, character: offset - lineStarts[line]! }
}

/** Offset of a line and character; characters past the end of a line count as its end. */
export function offsetAt({ lineStarts, text }: Projection, { line, character }: Place): number {
  const start = lineStarts[line]
  if (start === undefined) return text.length
  return Math.min(start + character, endOfLine({ lineStarts, text }, line))
}

/** Offset of a line's end, its line feed left out. */
export function endOfLine({ lineStarts, text }: Pick<Projection, 'lineStarts' | 'text'>, line: number): number {
  const next = lineStarts[line + 1]
  return next === undefined ? text.length : next - 1
}

/** The step whose heading or text stands on this line; of steps in one another, the inner one. */
export function stepOn(projection: Projection, line: number): StepPlace | undefined {
  return projection.steps.findLast(({ heading, lastLine }) => heading <= line && line <= lastLine)
}

/** The completion whose heading or text stands on this line; the first one for every other line. */
export function segmentOn({ segments }: Projection, line: number): number {
  return segments.find(({ heading, lastLine }) => heading <= line && line <= lastLine)?.segment ?? 0
}

/**
 * What is meant by a selection: the raw text it shows, where it is empty that of its lines, on a step's heading the step. Undefined
 * = none of these: the trace as a whole.
 */
export function meantBy(projection: Projection, from: Place, to: Place): RawSpan | undefined {
  const isEmpty = from.line === to.line && from.character === to.character
  const span = isEmpty
    ? { from: projection.lineStarts[from.line] ?? 0, to: endOfLine(projection, from.line) }
    : { from: offsetAt(projection, from), to: offsetAt(projection, to) }
  const raw = span.from < span.to ? rawSpanOf(projection, span) : undefined
  if (raw && raw.from < raw.to) return isEmpty ? withinStep(projection, from.line, raw) : raw
  const step = projection.steps.find(({ heading }) => heading >= from.line && heading <= to.line) ?? stepOn(projection, from.line)
  return step && { segment: step.segment, from: step.from, to: step.to }
}

/** What separates steps and stands on their lines is not of them. */
function withinStep(projection: Projection, line: number, raw: RawSpan): RawSpan {
  const step = stepOn(projection, line)
  const clipped = step && step.segment === raw.segment ? { segment: raw.segment, from: Math.max(raw.from, step.from), to: Math.min(raw.to, step.to) } : raw
  return clipped.from < clipped.to ? clipped : raw
}

/** The first index for which this holds, `length` where none; once it holds it holds for all that follow. */
function firstIndex(length: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
