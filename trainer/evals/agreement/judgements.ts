import type { Label, Opinion } from '../../protocol/label.ts'
import { raterOf } from './rater.ts'
import type { Rater } from './rater.ts'

export type Value = string | number | boolean | null

/** What is judged: opinions on one subject have values of one kind. */
export type Subject =
  | { readonly kind: 'verdict' | 'firstError' | 'stepRating' | 'preference' }
  | { readonly kind: 'rubric'; readonly labelSet: string; readonly schemaHash: string; readonly field: string }

/** One opinion that can be compared with others on the same item. */
export interface Judgement {
  readonly subject: Subject
  readonly rater: Rater
  readonly labeler: string
  readonly label: string
  readonly rollout: string
  /** Rollout and hash of its text (of both, for pairs): labels on other texts are never compared. Intervals draw traces. */
  readonly trace: string
  /** The trace, and where it matters the step. */
  readonly item: string
  readonly step?: number
  readonly value: Value
  /** When it was first given, ISO. */
  readonly at: string
  readonly qualityControl: boolean
  readonly resolved: boolean
}

/** Characters of a hash that tell the texts of one rollout apart. */
const HASH = 16

/** The judgements of labels that count: drafts do not, nor does what has no value (unsure, texts, flags). */
export function judgementsOf(labels: Iterable<Label>): Judgement[] {
  const found: Judgement[] = []
  for (const label of labels) {
    if (!label.draft) found.push(...ofLabel(label))
  }
  return found
}

function ofLabel(label: Label): Judgement[] {
  const { opinion } = label
  switch (opinion.kind) {
    case 'verdict': return [judgement(label, { kind: 'verdict' }, opinion.right)]
    case 'firstError': return [judgement(label, { kind: 'firstError' }, opinion.step)]
    case 'stepRating': return opinion.rating === 'unsure' || label.anchor.step === undefined ? [] : [judgement(label, { kind: 'stepRating' }, opinion.rating, label.anchor.step)]
    case 'preference': return [preference(label, opinion)]
    case 'rubric': return rubric(label, opinion)
    default: return []
  }
}

function judgement(label: Label, subject: Subject, value: Value, step?: number): Judgement {
  const { id, labeler, rollout, anchor, createdAt, qualityControl, resolved } = label
  const trace = `${rollout} ${anchor.textHash.slice(0, HASH)}`
  return {
    subject, rater: raterOf(label), labeler, label: id, rollout, trace, item: step === undefined ? trace : `${trace} ${anchor.segment}.${step}`, ...(step === undefined ? {} : { step }),
    value, at: createdAt, qualityControl, resolved
  }
}

/** A pair is the same whichever side the label stands on: the value is the rollout preferred, or `equal`. */
function preference(label: Label, { other, preferred }: Extract<Opinion, { kind: 'preference' }>): Judgement {
  const own = judgement(label, { kind: 'preference' }, preferred === 'this' ? label.rollout : preferred === 'other' ? other.rollout : 'equal')
  const pair = [own.trace, `${other.rollout} ${other.textHash.slice(0, HASH)}`].sort().join(' ')
  return { ...own, trace: pair, item: pair }
}

function rubric(label: Label, { labelSet, schemaHash, scores }: Extract<Opinion, { kind: 'rubric' }>): Judgement[] {
  return Object.entries(scores).flatMap(([field, value]) => (isValue(value) ? [judgement(label, { kind: 'rubric', labelSet, schemaHash, field }, value)] : []))
}

const isValue = (value: unknown): value is string | number | boolean => ['string', 'number', 'boolean'].includes(typeof value)

/** Names a subject. */
export function subjectKey(subject: Subject): string {
  return subject.kind === 'rubric' ? JSON.stringify([subject.labelSet, subject.schemaHash, subject.field]) : subject.kind
}

/** What each rater says of each item of a subject: item → rater's name → judgement. */
export type Ratings = ReadonlyMap<string, ReadonlyMap<string, Judgement>>

/** By subject. Of several judgements of one rater on one item the last counts, of those shown again the first showing. */
export function ratingsBySubject(judgements: Iterable<Judgement>): ReadonlyMap<string, { readonly subject: Subject; readonly ratings: Ratings }> {
  const subjects = new Map<string, { subject: Subject; ratings: Map<string, Map<string, Judgement>> }>()
  for (const one of judgements) {
    const key = subjectKey(one.subject)
    const known = subjects.get(key) ?? { subject: one.subject, ratings: new Map<string, Map<string, Judgement>>() }
    subjects.set(key, known)
    const ofItem = known.ratings.get(one.item) ?? new Map<string, Judgement>()
    known.ratings.set(one.item, ofItem)
    const other = ofItem.get(one.rater.name)
    if (other === undefined || counts(one, other)) ofItem.set(one.rater.name, one)
  }
  return subjects
}

function counts(one: Judgement, other: Judgement): boolean {
  if (one.qualityControl !== other.qualityControl) return other.qualityControl
  return one.at > other.at || (one.at === other.at && one.label > other.label)
}
