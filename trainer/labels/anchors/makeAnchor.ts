import { LabError } from '../../errors.ts'
import type { Anchor } from '../../protocol/label.ts'
import type { Segment, Span } from '../../protocol/rollout.ts'
import { textHash } from './textHash.ts'
import { tokensTouched } from './tokensTouched.ts'

/** What an anchor needs to know of a rollout. */
export interface Anchored {
  readonly id: string
  readonly segments: readonly Pick<Segment, 'text' | 'tokenEnds' | 'spans'>[]
}

/**
 * The anchor of a span of a segment's raw text, in UTF-16 units, `to` exclusive. `step` is set where one step holds it whole.
 * @throws LabError `usage/anchor` where the segment or the span does not exist
 */
export function anchorOf(rollout: Anchored, segment: number, from: number, to: number): Anchor {
  const { text, tokenEnds, spans } = segmentOf(rollout, segment)
  if (!isSpan(from, to, text.length)) {
    throw wrong(`${from} to ${to} is no span of segment ${segment} of ${rollout.id}, which has ${text.length} UTF-16 units.`, 'Give whole numbers, 0 ≤ from ≤ to ≤ the length of the text.')
  }
  const tokens = tokensTouched(text, tokenEnds, from, to)
  const step = stepsOf(spans).findIndex((span) => span.from <= from && to <= span.to)
  return { segment, textHash: textHash(text), from, to, ...(tokens ? { tokens } : {}), ...(step >= 0 ? { step } : {}) }
}

/** The whole of a segment's text: what verdicts, critiques of the trace and preferences stand on. */
export function traceAnchor(rollout: Anchored, segment = 0): Anchor {
  const { text, tokenEnds } = segmentOf(rollout, segment)
  const tokens = tokensTouched(text, tokenEnds, 0, text.length)
  return { segment, textHash: textHash(text), from: 0, to: text.length, ...(tokens ? { tokens } : {}) }
}

/** A step of a segment, from 0, among its spans of kind `step`. @throws LabError `usage/anchor` where there is no such step */
export function stepAnchor(rollout: Anchored, step: number, segment = 0): Anchor {
  const spans = stepsOf(segmentOf(rollout, segment).spans)
  const span = spans[step]
  if (span === undefined) throw wrong(`${rollout.id} has no step ${step} in segment ${segment}: it has ${spans.length}, counted from 0.`, 'Give a step that exists.')
  return { ...anchorOf(rollout, segment, span.from, span.to), step }
}

/** Spans of the steps of a segment, as they are numbered. */
export function stepsOf(spans: readonly Span[]): readonly Span[] {
  return spans.filter(({ kind }) => kind === 'step')
}

function segmentOf({ id, segments }: Anchored, segment: number): Anchored['segments'][number] {
  const found = segments[segment]
  if (found === undefined) throw wrong(`${id} has no segment ${segment}: it has ${segments.length}, counted from 0.`, 'Give a segment that exists.')
  return found
}

const isSpan = (from: number, to: number, length: number): boolean => Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from <= to && to <= length

function wrong(message: string, remedy: string): LabError {
  return new LabError('usage', 'usage/anchor', message, { remedy })
}
