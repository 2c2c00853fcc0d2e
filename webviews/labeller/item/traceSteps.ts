import type { Rollout } from '../../../trainer/protocol/rollout.ts'

type Segment = Rollout['segments'][number]

export interface StepRange {
  readonly from: number
  readonly to: number
}

/** The steps of a segment: its spans of kind `step`, in their order; a label's `step` is an index here. */
export const stepsOf = (segment: Pick<Segment, 'spans'>): readonly StepRange[] => segment.spans.filter((span) => span.kind === 'step')

/** A piece of the trace as it is read: a step, the answer, or what stands between them. */
export interface TracePiece {
  readonly kind: 'step' | 'answer' | 'between'
  /** Index of the step. */
  readonly step: number
  readonly from: number
  readonly to: number
}

/** The trace in reading order, covered once. Steps that overlap others are cut; one that is covered wholly keeps an empty piece. */
export function piecesOf(segment: Pick<Segment, 'text' | 'spans'>): readonly TracePiece[] {
  const steps = stepsOf(segment).map((span, step) => ({ ...span, kind: 'step' as const, step }))
  const answers = segment.spans.filter((span) => span.kind === 'answer').map((span) => ({ ...span, kind: 'answer' as const, step: -1 }))
  const pieces: TracePiece[] = []
  let at = 0
  for (const { kind, step, from, to } of [...steps, ...answers].sort((a, b) => a.from - b.from || a.to - b.to)) {
    const start = Math.min(Math.max(from, at), segment.text.length)
    const end = Math.min(Math.max(to, start), segment.text.length)
    if (start > at) pieces.push({ kind: 'between', step: -1, from: at, to: start })
    if (kind === 'step' || end > start) pieces.push({ kind, step, from: start, to: end })
    at = Math.max(at, end)
  }
  if (at < segment.text.length) pieces.push({ kind: 'between', step: -1, from: at, to: segment.text.length })
  return pieces
}

export interface ReadingPiece extends TracePiece {
  /** What separates the piece from the next, where it is as short as `;`. */
  readonly tail: string
}

const LONGEST_SEPARATOR = 3

/** The pieces as they are laid out: a short separator stands behind its step, and nothing has a line for blanks alone. */
export function readingPieces(text: string, pieces: readonly TracePiece[]): readonly ReadingPiece[] {
  const words = ({ from, to }: TracePiece) => text.slice(from, to).trim()
  const separator = (index: number) => {
    const [before, piece] = [pieces[index - 1], pieces[index]]
    return piece?.kind === 'between' && before?.kind === 'step' && words(piece).length <= LONGEST_SEPARATOR ? piece : undefined
  }
  return pieces.flatMap((piece, index) => {
    if (separator(index) || (piece.kind === 'between' && words(piece) === '')) return []
    const next = separator(index + 1)
    return [{ ...piece, tail: next ? text.slice(next.from, next.to).trimEnd() : '' }]
  })
}
