import type { Label, LabelSource, Opinion, StepRating } from '../../../trainer/protocol/label.ts'
import type { SuggestedBy } from '../../../trainer/protocol/suggestedBy.ts'
import { sameOpinion } from './slots.ts'
import type { OpinionOf, Slot } from './slots.ts'

/** An opinion that is on the disk, by the id of its record. */
export interface Given {
  readonly id: string
  readonly opinion: Opinion
  /** The draft that it came of. */
  readonly suggestedBy?: SuggestedBy
}

/** The draft that an opinion was taken from. */
export interface DraftOrigin {
  readonly id: string
  readonly opinion: Opinion
  readonly source: LabelSource
}

/** What is to be written to a slot; `opinion: null` takes back what is there. */
export interface Change {
  readonly opinion: Opinion | null
  readonly origin?: DraftOrigin
}
export type Changes = ReadonlyMap<Slot, Change>

/** What a labeler says of an item: what is on the disk, what is not yet, and the way back. */
export interface Judgement {
  readonly given: ReadonlyMap<Slot, Given>
  readonly changes: Changes
  /** Earlier changes, oldest first. */
  readonly history: readonly Changes[]
}

export const EMPTY: Judgement = { given: new Map(), changes: new Map(), history: [] }

/** What is said now: given and changed. */
export function opinionIn<K extends Opinion['kind'] = Opinion['kind']>(judgement: Judgement, slot: Slot): OpinionOf<K> | undefined {
  const change = judgement.changes.get(slot)
  const opinion = change ? change.opinion : judgement.given.get(slot)?.opinion
  return (opinion ?? undefined) as OpinionOf<K> | undefined
}

export function slotsIn({ given, changes }: Judgement): readonly Slot[] {
  return [...new Set([...given.keys(), ...changes.keys()])].filter((slot) => opinionIn({ given, changes, history: [] }, slot) !== undefined)
}

/** Puts an opinion into a slot, or with null takes out what is there. */
export function say(judgement: Judgement, slot: Slot, opinion: Opinion | null, origin?: DraftOrigin): Judgement {
  const { changes } = type(judgement, slot, opinion, origin)
  return { ...judgement, changes, history: [...judgement.history, judgement.changes] }
}

/** As `say`, without a step of its own on the way back: for text that is being typed, after `hold`. */
export function type(judgement: Judgement, slot: Slot, opinion: Opinion | null, origin = judgement.changes.get(slot)?.origin): Judgement {
  const changes = new Map(judgement.changes)
  if (sameOpinion(opinion, judgement.given.get(slot)?.opinion)) changes.delete(slot)
  else changes.set(slot, { opinion, ...(origin && { origin }) })
  return { ...judgement, changes }
}

/** Keeps what is said now as a place to go back to. */
export const hold = (judgement: Judgement): Judgement => ({ ...judgement, history: [...judgement.history, judgement.changes] })

/** One step back; undefined where everything left is on the disk. */
export function stepBack({ given, changes, history }: Judgement): Judgement | undefined {
  const before = history.findLastIndex((earlier) => !sameChanges(earlier, changes))
  const to = history[before]
  return to && { given, changes: to, history: history.slice(0, before) }
}

const sameChanges = (one: Changes, other: Changes) =>
  one.size === other.size && [...one].every(([slot, change]) => other.has(slot) && sameOpinion(change.opinion, other.get(slot)?.opinion))

/** The same changes over what the disk says now. */
export function rebase(judgement: Judgement, given: ReadonlyMap<Slot, Given>): Judgement {
  const changes = new Map([...judgement.changes].filter(([slot, { opinion }]) => !sameOpinion(opinion, given.get(slot)?.opinion)))
  return { ...judgement, given, changes }
}

/** Index of the first step rated −1; undefined where none is. */
export function firstBad(judgement: Judgement): number | undefined {
  const bad = slotsIn(judgement).flatMap((slot) => (slot.startsWith('rating:') && ratingIn(judgement, Number(slot.slice(7))) === -1 ? [Number(slot.slice(7))] : []))
  return bad.length > 0 ? Math.min(...bad) : undefined
}

export const ratingIn = (judgement: Judgement, step: number): StepRating | undefined => opinionIn<'stepRating'>(judgement, `rating:${step}`)?.rating

/**
 * What follows from what was said and was not said itself: the first step rated −1 is the first wrong one, and with a wrong step
 * the solution is wrong, without one it is right. Written when the item is committed.
 */
export function implied(judgement: Judgement): ReadonlyMap<'firstError' | 'verdict', Opinion> {
  const found = new Map<'firstError' | 'verdict', Opinion>()
  const bad = firstBad(judgement)
  const said = opinionIn<'firstError'>(judgement, 'firstError')
  if (bad !== undefined && said?.step !== bad) found.set('firstError', { kind: 'firstError', step: bad })
  const first = bad ?? said?.step
  if (first !== undefined && !opinionIn(judgement, 'verdict')) found.set('verdict', { kind: 'verdict', right: first === null })
  return found
}

/** First wrong step, said or implied: null = none is wrong, undefined = nobody said. */
export function firstErrorOf(judgement: Judgement): number | null | undefined {
  const opinion = implied(judgement).get('firstError') ?? opinionIn(judgement, 'firstError')
  return opinion?.kind === 'firstError' ? opinion.step : undefined
}

/** Verdict, and whether it only follows from the first error. */
export function verdictOf(judgement: Judgement): { readonly right: boolean; readonly follows: boolean } | undefined {
  const said = opinionIn<'verdict'>(judgement, 'verdict')
  if (said) return { right: said.right, follows: false }
  const follows = implied(judgement).get('verdict')
  return follows?.kind === 'verdict' ? { right: follows.right, follows: true } : undefined
}

/** The newest opinion of each slot that this labeler gave on this segment, drafts left out: blind repeats alone, or all but those. */
export function givenBy(labeler: string, labels: readonly Label[], segment: number, slot: (label: Label) => Slot | undefined, qualityControl = false): ReadonlyMap<Slot, Given> {
  const given = new Map<Slot, Given>()
  const own = labels.filter((label) => label.labeler === labeler && label.source.kind === 'human' && !label.draft && label.qualityControl === qualityControl && !label.orphaned && label.anchor.segment === segment)
  for (const label of [...own].sort((a, b) => Date.parse(a.editedAt ?? a.at) - Date.parse(b.editedAt ?? b.at))) {
    const where = slot(label)
    if (where) given.set(where, { id: label.id, opinion: label.opinion, ...(label.suggestedBy && { suggestedBy: label.suggestedBy }) })
  }
  return given
}
