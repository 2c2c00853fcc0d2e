import { newLabelId } from '../../trainer/labels/store/labelId.ts'
import type { Label, Opinion } from '../../trainer/protocol/label.ts'
import type { Saying } from '../traces/newRecord.ts'
import { ownOpinions } from './ownOpinions.ts'
import type { Judged } from './sayings.ts'

/** A suggestion on this text that nobody decided on. */
export const isOpenDraft = ({ draft, decision, orphaned }: Label): boolean => draft && decision === undefined && orphaned === undefined

/** Open drafts of a step: ratings and texts on it, and that it is the first wrong one. */
export function draftsOfStep(labels: readonly Label[], segment: number, step: number): readonly Label[] {
  return labels.filter((label) => isOpenDraft(label) && label.anchor.segment === segment && (label.opinion.kind === 'firstError' ? label.opinion.step : label.anchor.step) === step)
}

/** What a draft says as the labeler's own opinion, in place of what the labeler said before. */
export function takenOver(judged: Judged, draft: Label, opinion: Opinion = draft.opinion): Saying {
  const own = ownOpinions(judged.labels, judged.labeler, draft.anchor.segment)
  const given = { stepRating: own.ratings.get(draft.anchor.step ?? -1), firstError: own.firstError, verdict: own.verdict }[opinion.kind as 'stepRating' | 'firstError' | 'verdict']
  return { opinion, anchor: draft.anchor, suggestedBy: { draft: draft.id, how: howTaken(draft, opinion), source: draft.source }, ...(given && { replaces: given.id }) }
}

const howTaken = (draft: Label, opinion: Opinion): 'accepted' | 'edited' => (opinion === draft.opinion ? 'accepted' : 'edited')

/** A draft as the labeler's own opinion, and what became of the draft: said in one commit, so that taking back leaves neither. */
export function takingOver(judged: Judged, draft: Label, opinion: Opinion): readonly Saying[] {
  const id = newLabelId()
  return [{ ...takenOver(judged, draft, opinion), id }, decisionOn(draft, howTaken(draft, opinion), id)]
}

/** What became of a draft; `became` is the record that came of it. */
export const decisionOn = ({ id, anchor }: Label, decision: 'accepted' | 'edited' | 'rejected', became?: string): Saying =>
  ({ opinion: { kind: 'decision', of: id, decision, ...(became === undefined ? {} : { became }) }, anchor })
