import type { Anchor, Opinion } from '../../../trainer/protocol/label.ts'
import { editedFrom } from '../../../trainer/protocol/suggestedBy.ts'
import type { NewLabel } from '../../protocol/labeller.ts'
import { implied } from './judgement.ts'
import type { Change, Judgement } from './judgement.ts'
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
  const changes = new Map<Slot, Change>(judgement.changes)
  for (const [slot, opinion] of implied(judgement)) {
    if (!sameOpinion(opinion, judgement.given.get(slot)?.opinion)) changes.set(slot, { opinion })
  }
  if (completed && !judgement.given.has('completed')) changes.set('completed', { opinion: { kind: 'completed' } })
  return [...changes].flatMap(([slot, change]) => record(judgement, facts, slot, change))
}

function record(judgement: Judgement, { anchorOf, ...facts }: CommitFacts, slot: Slot, { opinion, origin }: Change): NewLabel[] {
  const given = judgement.given.get(slot)
  const shared = { ...facts, anchor: anchorOf(slot) }
  if (opinion === null) return given ? [{ ...shared, opinion: { kind: 'deleted', of: given.id } }] : []
  const suggestedBy = given && editedFrom(given, opinion)
  const label: NewLabel = { ...shared, opinion, ...(given && { replaces: given.id }), ...(suggestedBy && { suggestedBy }) }
  if (!origin) return [label]
  const how: 'accepted' | 'edited' = sameOpinion(opinion, origin.opinion) ? 'accepted' : 'edited'
  return [{ ...label, suggestedBy: { draft: origin.id, how, source: origin.source } }, { ...shared, opinion: { kind: 'decision', of: origin.id, decision: how } }]
}

/** What is still missing before an item can be completed, as a sentence; undefined where nothing is. */
export function missing(judgement: Judgement, opinions: readonly Opinion[], pair: boolean): string | undefined {
  if (pair) return opinions.some(({ kind }) => kind === 'preference') ? undefined : 'Say which of the two is better first: 1, 2, or 3 for neither.'
  const said = opinions.some(({ kind }) => kind !== 'decision' && kind !== 'completed') || implied(judgement).size > 0
  return said ? undefined : 'Nothing was said of this rollout yet. → goes on without completing it.'
}
