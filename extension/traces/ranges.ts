import { documentSpanOf, endOfLine, placeAt } from './positions.ts'
import type { Place, Projection, RawSpan } from './projection.ts'

/** A range as VS Code has them; the end is exclusive. */
export interface PlaceRange {
  readonly start: Place
  readonly end: Place
}

/** Where a document shows a span of raw text; undefined where nothing of its segment is shown. */
export function rangeOf(projection: Projection, span: RawSpan): PlaceRange | undefined {
  const shown = documentSpanOf(projection, span)
  return shown && { start: placeAt(projection, shown.from), end: placeAt(projection, shown.to) }
}

/** Whole lines, from the first to the last. */
export function linesRange(projection: Projection, first: number, last = first): PlaceRange {
  const line = Math.min(last, projection.lineStarts.length - 1)
  return { start: { line: first, character: 0 }, end: { line, character: endOfLine(projection, line) - (projection.lineStarts[line] ?? 0) } }
}
