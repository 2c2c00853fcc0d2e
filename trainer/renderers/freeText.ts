import type { Span } from '../protocol/rollout.ts'
import { findAnswer } from './markedAnswer.ts'
import type { Range } from './markedAnswer.ts'
import { findThinking } from './think.ts'
import type { Thinking } from './think.ts'
import type { RenderedTrace } from './trace.ts'

export interface FreeTextFormat {
  /** What stands before the answer, e.g. `####`. `\boxed{…}` is accepted as well; of the two the one that stands last. */
  readonly marker: string
  /** Where to look when neither is there: nowhere, or the whole text after the reasoning. */
  readonly fallback: 'none' | 'whole'
}

/** A completion of a general language model: reasoning in `<think>` tags or plain lines, then an answer. */
export interface FreeText {
  readonly thinking: Thinking | null
  /** Lines that hold anything. */
  readonly steps: readonly Range[]
  readonly answer: (Range & { readonly text: string; readonly marked: boolean }) | null
  readonly refused: string | null
}

const LONGEST_COMPLETION = 262_144
const MOST_STEPS = 1024

export function readFreeText(completion: string, format: FreeTextFormat): FreeText {
  if (completion.length > LONGEST_COMPLETION) {
    const refused = `the completion has ${completion.length} characters, more than the ${LONGEST_COMPLETION} that are read`
    return { thinking: null, steps: [], answer: null, refused }
  }
  const thinking = findThinking(completion)
  const start = thinking?.after ?? 0
  const range = findAnswer(completion, start, format.marker)
  const body = thinking ?? { from: 0, to: range?.before ?? (format.fallback === 'whole' ? 0 : completion.length) }
  const whole = format.fallback === 'whole' ? { from: start, to: completion.length } : null
  return { thinking, steps: linesOf(completion, body), answer: answerOf(completion, range, whole), refused: null }
}

function answerOf(text: string, marked: Range | null, whole: Range | null): FreeText['answer'] {
  const range = marked ?? whole
  if (range === null) return null
  const raw = text.slice(range.from, range.to)
  const from = range.from + raw.length - raw.trimStart().length
  const trimmed = raw.trim()
  return trimmed.length === 0 ? null : { text: trimmed, from, to: from + trimmed.length, marked: marked !== null }
}

function linesOf(text: string, { from, to }: Range): Range[] {
  const lines: Range[] = []
  const pattern = /[^\r\n]+/g
  pattern.lastIndex = from
  for (let match = pattern.exec(text); match !== null && match.index < to && lines.length < MOST_STEPS; match = pattern.exec(text)) {
    const line = text.slice(match.index, Math.min(pattern.lastIndex, to))
    if (line.trim().length > 0) lines.push({ from: match.index, to: match.index + line.trimEnd().length })
  }
  return lines
}

/** Spans: think (where tagged), each line as a step, the answer. Well formed = the reasoning is closed and the answer marked. */
export function renderFreeText(read: FreeText, format: FreeTextFormat): RenderedTrace {
  const spans: Span[] = []
  if (read.thinking !== null) spans.push({ kind: 'think', from: read.thinking.from, to: read.thinking.to })
  for (const { from, to } of read.steps) spans.push({ kind: 'step', from, to })
  if (read.answer !== null) spans.push({ kind: 'answer', from: read.answer.from, to: read.answer.to })
  const fault = formatFault(read, format)
  return { spans, wellFormed: fault === null, why: fault ?? 'Text, then a marked answer.' }
}

function formatFault(read: FreeText, format: FreeTextFormat): string | null {
  if (read.refused !== null) return `Not read: ${read.refused}.`
  if (read.thinking !== null && !read.thinking.closed) return 'The reasoning is not closed by “</think>”.'
  if (read.answer === null) return `No answer after “${format.marker}” or in “\\boxed{…}”.`
  return read.answer.marked || format.fallback === 'whole' ? null : `The answer is not marked by “${format.marker}” or “\\boxed{…}”.`
}
