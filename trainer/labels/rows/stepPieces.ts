import { stepsOf } from '../anchors/makeAnchor.ts'
import type { RowSegment } from './rowRollout.ts'

/**
 * A segment's text cut behind each step: what stands before a step belongs to it, so that the pieces join to the text as it
 * was and the last token of each is the step's. What follows the last step is in none. Undefined where the steps are empty, overlap
 * or lie outside of the text.
 */
export function stepPieces({ text, spans }: RowSegment): string[] | undefined {
  const pieces: string[] = []
  let end = 0
  for (const step of stepsOf(spans)) {
    if (step.from < end || step.to <= step.from || step.to > text.length) return undefined
    pieces.push(text.slice(end, step.to))
    end = step.to
  }
  return pieces
}
