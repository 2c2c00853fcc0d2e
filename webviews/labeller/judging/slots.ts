import type { Anchor, Opinion } from '../../../trainer/protocol/label.ts'

/**
 * Where an opinion on an item belongs. There is one opinion in a slot: another one in the same slot takes its place. Steps are
 * indices among the step spans of the segment, from 0; `rubric:` names a label set, `decision:` a draft.
 */
export type Slot =
  | 'verdict' | 'firstError' | 'flag' | 'critique' | 'better' | 'preference' | 'completed'
  | `rating:${number}` | `critique:${number}` | `better:${number}` | `rubric:${string}` | `decision:${string}`

export type OpinionOf<K extends Opinion['kind']> = Extract<Opinion, { kind: K }>

/** The slot of an opinion; undefined for those that belong to threads (notes, replies) or to other records. */
export function slotOf(opinion: Opinion, anchor: Pick<Anchor, 'step'>): Slot | undefined {
  const { step } = anchor
  switch (opinion.kind) {
    case 'stepRating': return step === undefined ? undefined : `rating:${step}`
    case 'critique': return step === undefined ? 'critique' : `critique:${step}`
    case 'better': return step === undefined ? 'better' : `better:${step}`
    case 'rubric': return `rubric:${opinion.labelSet}`
    case 'decision': return `decision:${opinion.of}`
    case 'verdict': case 'firstError': case 'flag': case 'preference': case 'completed': return opinion.kind
    default: return undefined
  }
}

/** Step that a slot is of; undefined where it is of the trace. */
export function stepOf(slot: Slot): number | undefined {
  const [kind, step] = slot.split(':')
  return step !== undefined && (kind === 'rating' || kind === 'critique' || kind === 'better') ? Number(step) : undefined
}

/** Whether two opinions say the same. */
export const sameOpinion = (one: Opinion | null | undefined, other: Opinion | null | undefined): boolean => canonical(one) === canonical(other)

function canonical(value: unknown): string {
  return JSON.stringify(value ?? null, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each) ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1))) : each)
}
