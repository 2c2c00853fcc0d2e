import type { Span } from '../protocol/rollout.ts'
import { findThinking } from './think.ts'
import type { Thinking } from './think.ts'
import type { RenderedTrace } from './trace.ts'

export interface FreeTextFormat {
  /** What stands before the answer, e.g. `####`. `\boxed{…}` is accepted as well. */
  readonly marker: string
  /** Where to look when neither is there: nowhere, or the whole text after the reasoning. */
  readonly fallback: 'none' | 'whole'
}

/** A part of a text: UTF-16 units, `from` inclusive, `to` exclusive. */
interface Range {
  readonly from: number
  readonly to: number
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
const BOX = '\\boxed{'

export function readFreeText(completion: string, format: FreeTextFormat): FreeText {
  if (completion.length > LONGEST_COMPLETION) {
    const refused = `the completion has ${completion.length} characters, more than the ${LONGEST_COMPLETION} that are read`
    return { thinking: null, steps: [], answer: null, refused }
  }
  const thinking = findThinking(completion)
  const start = thinking?.after ?? 0
  const range = findMarked(completion, start, format.marker) ?? findBoxed(completion, start)
  const body = thinking ?? { from: 0, to: range?.before ?? (format.fallback === 'whole' ? 0 : completion.length) }
  const whole = format.fallback === 'whole' ? { from: start, to: completion.length } : null
  return { thinking, steps: linesOf(completion, body), answer: answerOf(completion, range, whole), refused: null }
}

type MarkedRange = Range & { readonly before: number }

/** From the last marker to the end of its line. */
function findMarked(text: string, start: number, marker: string): MarkedRange | null {
  const at = text.lastIndexOf(marker)
  if (at < start) return null
  const from = at + marker.length
  const end = text.indexOf('\n', from)
  return { before: at, from, to: end < 0 ? text.length : end }
}

/** The inside of the last `\boxed{…}`, braces balanced. */
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
