import { meantBy } from '../traces/positions.ts'
import type { Projection, RawSpan, StepPlace } from '../traces/projection.ts'
import { rangeOf } from '../traces/ranges.ts'
import type { PlaceRange } from '../traces/ranges.ts'

/** What a critique is begun on, and the lines that show it. */
export interface Critiqued {
  /** Undefined = the trace as a whole. */
  readonly span: RawSpan | undefined
  readonly range: PlaceRange
}

/** The step that a lens points at, wherever the cursor is; without one what the selection means. */
export function critiqued(projection: Projection, selection: PlaceRange, pointed?: Pick<StepPlace, 'segment' | 'step'>): Critiqued {
  const step = pointed && projection.steps.find((each) => each.segment === pointed.segment && each.step === pointed.step)
  if (step) return { span: { segment: step.segment, from: step.from, to: step.to }, range: rangeOf(projection, step) ?? selection }
  const { start, end } = selection
  const span = meantBy(projection, start, end)
  const isEmpty = start.line === end.line && start.character === end.character
  return { span, range: (span && isEmpty ? rangeOf(projection, span) : undefined) ?? selection }
}
