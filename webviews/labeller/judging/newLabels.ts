import type { Anchor, Opinion } from '../../../trainer/protocol/label.ts'
import { editedFrom } from '../../../trainer/protocol/suggestedBy.ts'
import type { SuggestedBy } from '../../../trainer/protocol/suggestedBy.ts'
import type { NewLabel } from '../../protocol/labeller.ts'
import { firstBad, implied } from './judgement.ts'
import type { Change, DraftOrigin, Judgement } from './judgement.ts'
import { sameOpinion } from './slots.ts'
import type { Slot } from './slots.ts'

/** What all records of a commit share. */
export interface CommitFacts {
  readonly rollout: string
  readonly problemId: string
  readonly qualityControl: boolean
  readonly blind: boolean
  /** Seconds at the item so far, pauses left out. */
  readonly seconds: number
  readonly anchorOf: (slot: Slot) => Anchor
}

/** The records that bring the disk to what is said now; with `completed`, that the labeler is through with the item. */
export function newLabels(judgement: Judgement, facts: CommitFacts, completed: boolean): readonly NewLabel[] {
  const changes = new Map<Slot, Following>(judgement.changes)
  // What follows from a draft that was taken over is no more the labeler's own than the draft.
  const bad = firstBad(judgement)
  const suggestedBy = suggestionOf(judgement, bad === undefined ? 'firstError' : `rating:${bad}`)
  for (const [slot, opinion] of implied(judgement)) {
    if (!sameOpinion(opinion, judgement.given.get(slot)?.opinion)) changes.set(slot, { opinion, suggestedBy })
  }
  if (completed && !judgement.given.has('completed')) changes.set('completed', { opinion: { kind: 'completed' } })
  return [...changes].flatMap(([slot, change]) => record(judgement, facts, slot, change))
}

/** An opinion that follows from another one has the draft of that. */
type Following = Change & { readonly suggestedBy?: SuggestedBy }

/** The draft that what is said now in a slot comes of. */
function suggestionOf({ changes, given }: Judgement, slot: Slot): SuggestedBy {
  const [change, before] = [changes.get(slot), given.get(slot)]
  if (!change) return before?.suggestedBy
  if (change.origin) return fromDraft(change.opinion, change.origin)
  return change.opinion === null || !before ? undefined : editedFrom(before, change.opinion)
}

const fromDraft = (opinion: Opinion | null, { id, opinion: drafted, source }: DraftOrigin) => ({ draft: id, how: sameOpinion(opinion, drafted) ? 'accepted' : 'edited', source }) as const

function record(judgement: Judgement, { anchorOf, ...facts }: CommitFacts, slot: Slot, { opinion, origin, suggestedBy: followed }: Following): NewLabel[] {
  const given = judgement.given.get(slot)
  const shared = { ...facts, anchor: anchorOf(slot) }
  if (opinion === null) return given ? [{ ...shared, opinion: { kind: 'deleted', of: given.id } }] : []
  const suggestedBy = followed ?? (given && editedFrom(given, opinion))
  const label: NewLabel = { ...shared, opinion, ...(given && { replaces: given.id }), ...(suggestedBy && { suggestedBy }) }
  if (!origin) return [label]
  const taken = fromDraft(opinion, origin)
  return [{ ...label, suggestedBy: taken }, { ...shared, opinion: { kind: 'decision', of: origin.id, decision: taken.how } }]
}

/** What is still missing before an item can be completed, as a sentence; undefined where nothing is. */
export function missing(judgement: Judgement, opinions: readonly Opinion[], pair: boolean): string | undefined {
  if (pair) return opinions.some(({ kind }) => kind === 'preference') ? undefined : 'Say which of the two is better first: 1, 2, or 3 for neither.'
  const said = opinions.some(({ kind }) => kind !== 'decision' && kind !== 'completed') || implied(judgement).size > 0
  return said ? undefined : 'Nothing was said of this rollout yet. → goes on without completing it.'
}
