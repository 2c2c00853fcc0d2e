import type { Estimate } from '../../protocol/numbers.ts'
import { wilsonInterval } from '../wilson.ts'
import type { FirstError } from './firstErrorF1.ts'
import type { Judgement, Value } from './judgements.ts'
import { subjectKey } from './judgements.ts'

/** What is known of a rollout beside what labels say: the verifier's verdict, and the first false step where all up to it were checked. */
export interface KnownTruth {
  readonly verdict?: boolean
  readonly firstError?: FirstError
}

export interface CountedShare extends Estimate {
  readonly items: number
}

/** Judgements on quality-control items whose right value is known, each with whether it is right. */
export function checkedJudgements(judgements: readonly Judgement[], truthOf: (rollout: string) => KnownTruth | undefined): { readonly judgement: Judgement; readonly right: boolean }[] {
  const checkers = new Map<string, Value>()
  for (const one of judgements) {
    if (one.rater.kind === 'checker') checkers.set(itemKey(one), one.value)
  }
  return judgements.flatMap((judgement) => {
    if (!judgement.qualityControl || judgement.rater.kind === 'checker') return []
    const known = checkers.get(itemKey(judgement)) ?? truthFor(judgement, truthOf(judgement.rollout))
    return known === undefined ? [] : [{ judgement, right: isRight(judgement, known) }]
  })
}

const itemKey = ({ subject, item }: Judgement): string => `${subjectKey(subject)} ${item}`

function truthFor({ subject }: Judgement, truth: KnownTruth | undefined): Value | undefined {
  if (subject.kind === 'verdict') return truth?.verdict
  return subject.kind === 'firstError' ? truth?.firstError : undefined
}

/** A checker knows steps that are wrong from those that are not; how good a right one is, it cannot say. */
function isRight({ subject, value }: Judgement, known: Value): boolean {
  return subject.kind === 'stepRating' ? Number(value) < 0 === Number(known) < 0 : value === known
}

/** Share that is right, with its 95 % Wilson interval; null for none. */
export function shareRight(checked: readonly { readonly right: boolean }[]): CountedShare | null {
  const right = checked.filter((one) => one.right).length
  return checked.length === 0 ? null : { ...wilsonInterval(right, checked.length), items: checked.length }
}

/**
 * Share of items that a labeler judged again as before: what was said when an item was shown again, marked as quality control,
 * against what the labeler had said first. Null where nothing was judged twice.
 */
export function consistency(judgements: readonly Judgement[], labeler: string): CountedShare | null {
  const own = new Map<string, Judgement[]>()
  for (const one of judgements) {
    if (one.rater.name !== labeler) continue
    own.set(itemKey(one), [...(own.get(itemKey(one)) ?? []), one])
  }
  const repeated = [...own.values()].flatMap((shown) => {
    const [first, ...again] = shown.sort((a, b) => (a.at < b.at ? -1 : 1))
    const last = again.findLast(({ qualityControl }) => qualityControl)
    return first === undefined || last === undefined ? [] : [{ right: first.value === last.value }]
  })
  return shareRight(repeated)
}
