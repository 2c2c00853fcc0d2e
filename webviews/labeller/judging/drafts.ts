import type { Label } from '../../../trainer/protocol/label.ts'
import { opinionIn, say, type } from './judgement.ts'
import type { DraftOrigin, Judgement } from './judgement.ts'
import { slotOf, stepOf } from './slots.ts'
import type { Slot } from './slots.ts'

/** A draft that nobody decided on, and the slot that it would fill. */
export interface OpenDraft {
  readonly slot: Slot
  readonly label: Label
}

export function openDrafts(labels: readonly Label[], judgement: Judgement, segment: number): readonly OpenDraft[] {
  return labels.flatMap((label) => {
    const open = label.draft && label.decision === undefined && !label.orphaned && label.anchor.segment === segment && !judgement.changes.has(`decision:${label.id}`)
    const slot = open ? slotOf(label.opinion, label.anchor) : undefined
    return slot ? [{ slot, label }] : []
  })
}

/** Those of a step, or of the whole trace. */
export const draftsAt = (drafts: readonly OpenDraft[], step: number | undefined): readonly OpenDraft[] => drafts.filter(({ slot }) => stepOf(slot) === step)

/** Takes drafts over as the labeler's own, word for word; what becomes of them afterwards counts as edited. */
export function acceptDrafts(judgement: Judgement, drafts: readonly OpenDraft[]): Judgement {
  return drafts.filter(({ label }) => !isTaken(judgement, label)).reduce((before, { slot, label }) => say(before, slot, label.opinion, originOf(label)), judgement)
}

export function rejectDrafts(judgement: Judgement, drafts: readonly OpenDraft[]): Judgement {
  return drafts.reduce((before, { slot, label }) => {
    const without = before.changes.get(slot)?.origin?.id === label.id ? type(before, slot, null) : before
    return say(without, `decision:${label.id}`, { kind: 'decision', of: label.id, decision: 'rejected' })
  }, judgement)
}

/** Begins a text with the draft of its slot, where nothing is written there yet. */
export function startFromDraft(judgement: Judgement, drafts: readonly OpenDraft[], slot: Slot): Judgement {
  const draft = drafts.find((each) => each.slot === slot)
  return draft && !opinionIn(judgement, slot) ? type(judgement, slot, draft.label.opinion, originOf(draft.label)) : judgement
}

const isTaken = ({ changes }: Judgement, { id }: Label): boolean => [...changes.values()].some(({ origin }) => origin?.id === id)
const originOf = ({ id, opinion, source }: Label): DraftOrigin => ({ id, opinion, source })
