import { stepAnchor, traceAnchor } from '../../trainer/labels/anchors/makeAnchor.ts'
import type { Label, Opinion, StepRating } from '../../trainer/protocol/label.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import type { Saying } from '../traces/newRecord.ts'
import { ownOpinions } from './ownOpinions.ts'
import type { OwnOpinions } from './ownOpinions.ts'

/** A completion of a rollout that a labeler judges, and what was said of it. */
export interface Judged {
  readonly rollout: Pick<Rollout, 'id' | 'segments'>
  readonly labels: readonly Label[]
  readonly labeler: string
  readonly segment: number
}

/**
 * Rates a step. The first step rated −1 is the first wrong one, as in PRM800K's second phase, and with a wrong step the solution
 * is wrong unless the labeler said otherwise. A step that was the first wrong one and is none any more gives way to the next.
 */
export function rateStep(judged: Judged, step: number, rating: StepRating): readonly Saying[] {
  const own = ownOf(judged)
  const given = own.ratings.get(step)
  if (given?.opinion.rating === rating) return []
  const rated = saying({ kind: 'stepRating', rating }, stepAnchor(judged.rollout, step, judged.segment), given)
  return [rated, ...followingErrors(judged, own, new Map([...[...own.ratings].map(([at, label]) => [at, label.opinion.rating] as const), [step, rating]]))]
}

function followingErrors(judged: Judged, own: OwnOpinions, ratings: ReadonlyMap<number, StepRating>): readonly Saying[] {
  const bad = [...ratings].filter(([, rating]) => rating === -1).map(([step]) => step)
  const first = bad.length > 0 ? Math.min(...bad) : undefined
  const said = own.firstError?.opinion.step
  if (first !== undefined) return said === first ? [] : sayFirstError(judged, own, first)
  const retracted = typeof said === 'number' && ratings.has(said)
  return retracted && own.firstError ? [deletion(own.firstError)] : []
}

/** Says which step is the first wrong one; null = none is. Said again, it is taken back. */
export function markFirstError(judged: Judged, step: number | null): readonly Saying[] {
  const own = ownOf(judged)
  return own.firstError?.opinion.step === step ? [deletion(own.firstError)] : sayFirstError(judged, own, step)
}

function sayFirstError(judged: Judged, own: OwnOpinions, step: number | null): readonly Saying[] {
  const whole = traceAnchor(judged.rollout, judged.segment)
  const verdict = own.verdict ? [] : [saying({ kind: 'verdict', right: step === null }, whole, undefined)]
  return [saying({ kind: 'firstError', step }, whole, own.firstError), ...verdict]
}

/** Says whether the solution is right; said again, it is taken back. */
export function judge(judged: Judged, right: boolean): readonly Saying[] {
  const { verdict } = ownOf(judged)
  return verdict?.opinion.right === right ? [deletion(verdict)] : [saying({ kind: 'verdict', right }, traceAnchor(judged.rollout, judged.segment), verdict)]
}

/** Right, then wrong, then none. */
export const nextVerdict = (judged: Judged): readonly Saying[] => judge(judged, ownOf(judged).verdict === undefined)

/** Flags the trace, or takes the flag back. */
export function toggleFlag(judged: Judged): readonly Saying[] {
  const { flag } = ownOf(judged)
  return flag ? [deletion(flag)] : [saying({ kind: 'flag', reason: '' }, traceAnchor(judged.rollout, judged.segment), undefined)]
}

/** The labeler is through with the rollout. */
export function complete(judged: Judged): readonly Saying[] {
  return ownOf(judged).completed ? [] : [saying({ kind: 'completed' }, traceAnchor(judged.rollout, judged.segment), undefined)]
}

const ownOf = ({ labels, labeler, segment }: Judged): OwnOpinions => ownOpinions(labels, labeler, segment)
const saying = (opinion: Opinion, anchor: Saying['anchor'], given: Label | undefined): Saying => ({ opinion, anchor, ...(given && { replaces: given.id }) })
const deletion = ({ id, anchor }: Label): Saying => ({ opinion: { kind: 'deleted', of: id }, anchor })
