import type { Label } from '../../protocol/label.ts'
import { stepsOf } from '../anchors/makeAnchor.ts'
import type { RowSegment } from './rowRollout.ts'

/** What one labeler says of the steps (_S) of a trace. */
export interface StepVotes {
  /** True = right, false = wrong, undefined = nothing said. */
  readonly right_S: readonly (boolean | undefined)[]
  /** Ratings by step, from 0, and the first error where one was named. */
  readonly ratings: readonly { readonly label: Label; readonly step: number }[]
  readonly firstError: Label | undefined
}

/** The step that a rating is on; undefined where it is on none. */
export function stepOf({ anchor }: Label, { spans }: RowSegment): number | undefined {
  const steps = stepsOf(spans)
  if (anchor.step !== undefined) return anchor.step < steps.length ? anchor.step : undefined
  const found = steps.findIndex(({ from, to }) => from === anchor.from && to === anchor.to)
  return found < 0 ? undefined : found
}

/** Okay and great are both right, as in PRM800K; unsure says nothing. */
export function isRight({ opinion }: Label): boolean | undefined {
  return opinion.kind === 'stepRating' && opinion.rating !== 'unsure' ? opinion.rating >= 0 : undefined
}

/** Joins ratings and first error; 'contradiction' where they cannot both be meant. */
export function stepVotes(ratings: StepVotes['ratings'], firstError: Label | undefined, steps: number): StepVotes | 'contradiction' {
  const right_S: (boolean | undefined)[] = Array.from({ length: steps }, () => undefined)
  const { opinion } = firstError ?? {}
  const first = opinion?.kind === 'firstError' ? opinion.step : undefined
  if (first !== undefined) right_S.fill(true, 0, first ?? steps)
  if (typeof first === 'number') right_S[first] = false
  for (const { label, step } of ratings) {
    const right = isRight(label)
    if (right !== undefined && right_S[step] !== undefined && right_S[step] !== right) return 'contradiction'
    right_S[step] ??= right
  }
  return { right_S, ratings, firstError }
}
