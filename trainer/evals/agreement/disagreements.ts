import type { Disagreement } from '../../protocol/labelViews.ts'
import { ratingsBySubject } from './judgements.ts'
import type { Judgement, Ratings, Subject } from './judgements.ts'

/** A disagreement and when its last opinion was given. */
export interface DatedDisagreement extends Disagreement {
  readonly at: string
}

/**
 * Items on which raters differ, the latest first. An opinion whose thread was resolved no longer counts: resolving the opinion that
 * lost settles a disagreement.
 */
export function disagreements(judgements: Iterable<Judgement>): DatedDisagreement[] {
  const found: DatedDisagreement[] = []
  for (const { subject, ratings } of ratingsBySubject(judgements).values()) found.push(...ofSubject(subject, ratings))
  return found.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : a.rollout < b.rollout ? -1 : a.rollout > b.rollout ? 1 : (a.step ?? 0) - (b.step ?? 0)))
}

function ofSubject(subject: Subject, ratings: Ratings): DatedDisagreement[] {
  return [...ratings.values()].flatMap((ofItem) => {
    const open = [...ofItem.values()].filter(({ resolved }) => !resolved)
    return new Set(open.map(({ value }) => value)).size > 1 ? [disagreement(subject, open)] : []
  })
}

function disagreement(subject: Subject, opinions: readonly Judgement[]): DatedDisagreement {
  const [first] = opinions as [Judgement]
  // Labels on one pair may stand on either side.
  const rollout = opinions.reduce((least, one) => (one.rollout < least ? one.rollout : least), first.rollout)
  const sorted = [...opinions].sort((a, b) => (a.rater.name < b.rater.name ? -1 : 1))
  return {
    rollout, kind: subject.kind, ...(first.step === undefined ? {} : { step: first.step }),
    opinions: sorted.map((one) => ({ labeler: one.rater.name, says: saying(subject, one), label: one.label, rollout: one.rollout })),
    at: opinions.reduce((latest, { at }) => (at > latest ? at : latest), first.at)
  }
}

const RATINGS: Readonly<Record<string, string>> = { '-1': 'bad', '0': 'okay', '1': 'great' }

/** What a judgement says, for people. */
function saying(subject: Subject, { value }: Judgement): string {
  switch (subject.kind) {
    case 'verdict': return value === true ? 'right' : 'wrong'
    case 'firstError': return value === null ? 'no wrong step' : `step ${Number(value) + 1} is the first wrong one`
    case 'stepRating': return RATINGS[String(value)] ?? String(value)
    case 'preference': return value === 'equal' ? 'neither is better' : `${String(value)} is better`
    case 'rubric': return `${subject.field}: ${String(value)}`
  }
}
