import type { Label } from '../../protocol/label.ts'
import type { PreferenceRow } from '../../protocol/labelRows.ts'
import type { Span } from '../../protocol/rollout.ts'
import { stepsOf } from '../anchors/makeAnchor.ts'
import type { Reason } from './leftOut.ts'
import { segmentOf } from './rowMaker.ts'
import type { RowMaker } from './rowMaker.ts'
import { askedOf } from './rowRollout.ts'
import type { RowSegment } from './rowRollout.ts'
import { stepOf } from './stepVotes.ts'
import { toolOfSides } from './toolRanges.ts'

/**
 * What a labeler wrote, preferred to what stood there. A better trace or answer gives two whole completions; a better step
 * gives the two steps under a prompt that goes up to them, behind which the trace goes on. A text says why there is no pair.
 */
export function betterPair(label: Label, maker: RowMaker): PreferenceRow | Reason {
  const { opinion } = label
  if (opinion.kind !== 'better') return 'noPreference'
  const segment = segmentOf(maker, label)
  const pair = { trace: betterTrace, answer: betterAnswer, step: betterStep }[opinion.of](opinion.text, segment, askedOf(segment, maker.joint), label)
  return typeof pair !== 'string' && pair.chosen === pair.rejected ? 'sameText' : pair
}

type Pair = PreferenceRow | Reason
type Asked = ReturnType<typeof askedOf>

const betterTrace = (text: string, segment: RowSegment, asked: Asked): Pair => ({ ...asked, chosen: text, rejected: segment.text, ...toolOfSides({ text, spans: [] }, segment) })

function betterAnswer(text: string, segment: RowSegment, asked: Asked): Pair {
  const answer = segment.spans.findLast(({ kind, to }) => kind === 'answer' && to <= segment.text.length)
  if (answer === undefined) return 'noAnswer'
  const chosen = segment.text.slice(0, answer.from) + text + segment.text.slice(answer.to)
  return { ...asked, chosen, rejected: segment.text, ...toolOfSides({ text: chosen, spans: spansAround(answer, text.length, segment.spans) }, segment) }
}

/** The spans beside one whose text is replaced by another of that length. */
function spansAround(replaced: Span, length: number, spans: readonly Span[]): Span[] {
  const by = replaced.from + length - replaced.to
  return spans.flatMap((span) => (span.to <= replaced.from ? [span] : span.from >= replaced.to ? [{ ...span, from: span.from + by, to: span.to + by }] : []))
}

function betterStep(text: string, segment: RowSegment, asked: Asked, label: Label): Pair {
  const step = stepsOf(segment.spans)[stepOf(label, segment) ?? Infinity]
  if (step === undefined || step.to > segment.text.length) return 'noStep'
  return { ...asked, prompt: asked.prompt + segment.text.slice(0, step.from), chosen: text, rejected: segment.text.slice(step.from, step.to), continues: true }
}
