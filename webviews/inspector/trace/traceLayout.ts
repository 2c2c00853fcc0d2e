import type { Rollout, SpanKind, StepVerdict } from '../../../trainer/protocol/rollout.ts'

type Segment = Rollout['segments'][number]

/** Text of the trace outside all inner spans: UTF-16 units of the segment's text. */
export interface TraceText {
  readonly type: 'text'
  readonly from: number
  readonly to: number
}

/** A span of the trace that can be folded. */
export interface TraceSpan {
  readonly type: 'span'
  readonly key: string
  readonly kind: SpanKind
  readonly title: string
  readonly from: number
  readonly to: number
  readonly verdict?: StepVerdict
  readonly parts: readonly TracePart[]
}

export type TracePart = TraceText | TraceSpan

const TITLES: Readonly<Record<SpanKind, string>> = {
  think: 'Think', step: 'Step', answer: 'Answer', confidence: 'Confidence', search: 'Search', info: 'Information', critique: 'Critique', tool: 'Tool output'
}

/**
 * The trace as nested spans with the text between them, in reading order; together they cover the text once. Spans may come in
 * any order and overlap: what reaches out of its surroundings is cut.
 */
export function layoutTrace(segment: Pick<Segment, 'text' | 'spans'>, verdicts: readonly StepVerdict[]): readonly TracePart[] {
  const spans = segment.spans.filter((span) => span.to > span.from).sort((a, b) => a.from - b.from || b.to - a.to)
  const state: LayoutState = { spans, verdicts, next: 0, numbers: new Map() }
  return layoutRange(state, 0, segment.text.length)
}

interface LayoutState {
  readonly spans: readonly Segment['spans'][number][]
  readonly verdicts: readonly StepVerdict[]
  next: number
  readonly numbers: Map<SpanKind, number>
}

function layoutRange(state: LayoutState, from: number, to: number): TracePart[] {
  const parts: TracePart[] = []
  let at = from
  for (let span = state.spans[state.next]; span && span.from < to; span = state.spans[state.next]) {
    state.next++
    const start = Math.max(span.from, at)
    const end = Math.min(span.to, to)
    if (end <= start) continue
    if (start > at) parts.push({ type: 'text', from: at, to: start })
    parts.push(layoutSpan(state, span.kind, start, end))
    at = end
  }
  if (at < to) parts.push({ type: 'text', from: at, to })
  return parts
}

function layoutSpan(state: LayoutState, kind: SpanKind, from: number, to: number): TraceSpan {
  const number = (state.numbers.get(kind) ?? 0) + 1
  state.numbers.set(kind, number)
  const verdict = kind === 'step' ? state.verdicts.find((each) => each.from < to && each.to > from) : undefined
  const title = kind === 'step' || number > 1 ? `${TITLES[kind]} ${number}` : TITLES[kind]
  return { type: 'span', key: `${kind}${number}`, kind, title, from, to, parts: layoutRange(state, from, to), ...(verdict && { verdict }) }
}

/**
 * Where each turn of a rollout begins, in UTF-16 units: the policy writes again after what a tool answered. One turn where no
 * tool did.
 */
export function turnStarts({ text, spans }: Pick<Segment, 'text' | 'spans'>): readonly number[] {
  const answered = spans.filter(({ kind, from, to }) => kind === 'tool' && to > from && to < text.length).map(({ to }) => to)
  return [0, ...new Set(answered.sort((a, b) => a - b))]
}

/** Units of a block: enough for a screen, few enough to be built in a frame. */
const BLOCK_UNITS = 1000
const LONGEST_BLOCK = 2000

/** Cuts a range into blocks, after a line break where there is one, else after a space, never inside a surrogate pair. */
export function blocksOf(text: string, from: number, to: number): readonly (readonly [number, number])[] {
  const blocks: [number, number][] = []
  let at = from
  while (at < to) {
    const end = blockEnd(text, at, to)
    blocks.push([at, end])
    at = end
  }
  return blocks
}

function blockEnd(text: string, at: number, to: number): number {
  if (to - at <= LONGEST_BLOCK) return to
  const line = text.indexOf('\n', at + BLOCK_UNITS)
  if (line >= 0 && line < at + LONGEST_BLOCK) return line + 1
  const space = text.lastIndexOf(' ', at + LONGEST_BLOCK - 1)
  if (space > at + BLOCK_UNITS) return space + 1
  const unit = text.charCodeAt(at + LONGEST_BLOCK)
  return at + LONGEST_BLOCK - (unit >= 0xdc00 && unit <= 0xdfff ? 1 : 0)
}

/** First token whose characters end after `offset`: the token that holds this unit of the text. */
export function tokenAt(tokenEnds: readonly number[], offset: number): number {
  let low = 0
  let high = tokenEnds.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((tokenEnds[middle] ?? 0) > offset) high = middle
    else low = middle + 1
  }
  return low
}
