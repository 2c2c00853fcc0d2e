import type { Label } from '../../../trainer/protocol/label.ts'
import { opinionWords, sourceWords } from '../../labels/opinionWords.ts'

/** Ratings and verdicts of one labeler, in words. */
export interface RatingSummary {
  readonly who: string
  readonly draft: boolean
  readonly words: readonly string[]
}

/** Whether a label is a mark: it says something without a text to discuss. */
export const isMark = ({ opinion }: Label): boolean => ['stepRating', 'firstError', 'verdict', 'rubric'].includes(opinion.kind) || (opinion.kind === 'flag' && opinion.reason === '') || (opinion.kind === 'preference' && opinion.rationale === '')

/** Marks by who gave them; drafts apart from labels, whoever they are by. */
export function ratingSummaries(labels: readonly Label[]): readonly RatingSummary[] {
  const byWho = new Map<string, { who: string; draft: boolean; marks: Label[] }>()
  for (const label of labels.filter((each) => isMark(each) && !each.orphaned && !(each.draft && each.decision !== undefined))) {
    const who = sourceWords(label)
    const entry = byWho.get(`${who} ${label.draft}`) ?? { who, draft: label.draft, marks: [] }
    byWho.set(`${who} ${label.draft}`, entry)
    entry.marks.push(label)
  }
  return [...byWho.values()].map(({ who, draft, marks }) => ({ who, draft, words: marks.sort(byPlace).map(words) }))
}

const byPlace = (a: Label, b: Label) => (a.anchor.step ?? Infinity) - (b.anchor.step ?? Infinity) || 0

const words = ({ opinion, anchor: { step } }: Label) => (opinion.kind === 'stepRating' && step !== undefined ? `step ${step + 1} ${opinionWords(opinion)}` : opinionWords(opinion))

/** Ratings of each step, newest of each labeler, for the headings of a trace; drafts left out. */
export function ratingsByStep(labels: readonly Label[], segment: number): ReadonlyMap<number, readonly { readonly who: string; readonly words: string; readonly bad: boolean }[]> {
  const found = new Map<number, { who: string; words: string; bad: boolean }[]>()
  for (const label of labels) {
    const { opinion, anchor } = label
    if (opinion.kind !== 'stepRating' || anchor.step === undefined || anchor.segment !== segment || label.draft || label.orphaned) continue
    found.set(anchor.step, [...(found.get(anchor.step) ?? []), { who: sourceWords(label), words: opinionWords(opinion), bad: opinion.rating === -1 }])
  }
  return found
}
