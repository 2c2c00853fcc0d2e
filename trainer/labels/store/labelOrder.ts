import type { Label, LabelRecord } from '../../protocol/label.ts'

type Dated = Pick<LabelRecord, 'at' | 'id'>

/** Oldest first; records of one moment by id. */
export function byTime(a: Dated, b: Dated): number {
  return compareTimes(a.at, b.at) || compareTexts(a.id, b.id)
}

/** Labels by the time of their first versions. */
export function byCreation(a: Label, b: Label): number {
  return compareTimes(a.createdAt, b.createdAt) || compareTexts(a.firstId, b.firstId)
}

/** Of two different records with one id, the one that counts: the same whatever the order in which they are met. */
export function winner(a: LabelRecord, b: LabelRecord): LabelRecord {
  return (compareTimes(a.at, b.at) || compareTexts(JSON.stringify(a), JSON.stringify(b))) <= 0 ? a : b
}

export const isSame = (a: LabelRecord, b: LabelRecord): boolean => a === b || JSON.stringify(a) === JSON.stringify(b)

/** Times of one length have one precision and sort as texts. */
function compareTimes(a: string, b: string): number {
  return a.length === b.length ? compareTexts(a, b) : Date.parse(a) - Date.parse(b)
}

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
