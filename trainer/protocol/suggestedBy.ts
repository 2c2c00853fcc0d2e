import type { LabelRecord, Opinion } from './label.ts'

export type SuggestedBy = LabelRecord['suggestedBy']

/**
 * The draft that an edit of an opinion still comes of: who changes a text, or some of many answers, leaves the rest as the draft
 * had it. A rating or a verdict that was changed is the labeler's own.
 */
export function editedFrom({ suggestedBy }: { readonly suggestedBy?: SuggestedBy }, opinion: Opinion): SuggestedBy {
  return suggestedBy && isEditedInParts(opinion) ? { ...suggestedBy, how: 'edited' } : undefined
}

export function isEditedInParts(opinion: Opinion): boolean {
  switch (opinion.kind) {
    case 'critique': case 'note': case 'better': case 'reply': case 'rubric': return true
    case 'flag': return opinion.reason !== ''
    case 'preference': return opinion.rationale !== ''
    default: return false
  }
}
