import type { Label } from '../../trainer/protocol/label.ts'
import type { Projection } from '../traces/projection.ts'
import { linesRange, rangeOf } from '../traces/ranges.ts'
import type { PlaceRange } from '../traces/ranges.ts'

/**
 * Where a label's thread stands: on the span it is about, for a completion as a whole on its heading. A label whose text is not
 * this one stands on the first line.
 */
export function threadRange(projection: Projection, { anchor, orphaned }: Pick<Label, 'anchor' | 'orphaned'>): PlaceRange {
  const segment = orphaned === undefined ? projection.segments.find((each) => each.segment === anchor.segment) : undefined
  if (!segment) return linesRange(projection, 0)
  const isWhole = anchor.step === undefined && anchor.from === 0 && anchor.to === segment.length
  return (isWhole ? undefined : rangeOf(projection, anchor)) ?? linesRange(projection, segment.heading)
}
