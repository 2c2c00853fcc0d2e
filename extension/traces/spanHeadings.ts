import type { Segment, Span, StepVerdict } from '../../trainer/protocol/rollout.ts'
import { oneLine } from './traceFacts.ts'

/** Where a span begins: a line of the document. */
export interface SpanHeading {
  readonly kind: 'begin'
  readonly at: number
  readonly to: number
  readonly line: string
  /** Which step, where it is one. */
  readonly step?: number
}
export interface SpanEnd {
  readonly kind: 'end'
  readonly at: number
  readonly step?: number
}

/** Beginnings and ends of a segment's spans in the order of its text; at one place ends come first, outer spans before inner ones. */
export function spanHeadings(segment: Segment, verdicts: readonly StepVerdict[]): (SpanHeading | SpanEnd)[] {
  let steps = 0
  const spans = segment.spans.map((span) => ({ ...within(span, segment.text.length), ...(span.kind === 'step' ? { step: steps++ } : {}) }))
  const begins = spans
    .sort((a, b) => a.from - b.from || b.to - a.to)
    .map((span): SpanHeading => ({ kind: 'begin', at: span.from, to: span.to, line: headingOf(span, verdicts), ...(span.step === undefined ? {} : { step: span.step }) }))
  const ends = spans.map(({ to, step }): SpanEnd => ({ kind: 'end', at: to, ...(step === undefined ? {} : { step }) }))
  return [...ends, ...begins].sort((a, b) => a.at - b.at)
}

/** What a file says of its own spans is not certain. */
const within = ({ kind, from, to }: Span, length: number): Span => ({ kind, from: Math.min(from, length), to: Math.min(Math.max(from, to), length) })

function headingOf(span: Span & { readonly step?: number }, verdicts: readonly StepVerdict[]): string {
  if (span.step === undefined) return `── ${span.kind} ──`
  const verdict = verdictOf(span, verdicts)
  const judged = verdict ? `: ${verdict.ok === null ? 'not checkable' : verdict.ok ? 'right' : 'wrong'}. ${oneLine(verdict.why)}` : ''
  return `── step ${span.step + 1}${judged} ──`
}

/** What the environment's step checker says of a span. */
export const verdictOf = (span: { readonly from: number; readonly to: number }, verdicts: readonly StepVerdict[]): StepVerdict | undefined =>
  verdicts.find((each) => each.from < span.to && each.to > span.from)
