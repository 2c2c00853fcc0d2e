import type { Estimate } from '../../protocol/numbers.ts'
import { groupBy } from '../grouping.ts'
import { wilsonInterval } from '../wilson.ts'
import type { FirstError } from './firstErrorF1.ts'
import type { Judgement, Value } from './judgements.ts'
import { subjectKey } from './judgements.ts'
import { estimateTallies } from './tally.ts'
import type { Tally } from './tally.ts'

/** What is known of a rollout beside what labels say: the verifier's verdict, and the first false step where all up to it were checked. */
export interface KnownTruth {
  readonly verdict?: boolean
  readonly firstError?: FirstError
}

export interface CountedShare extends Estimate {
  readonly items: number
}

/** Judgements on quality-control items whose right value is known, each with whether it is right. */
export function checkedJudgements(judgements: readonly Judgement[], truthOf: (rollout: string) => KnownTruth | undefined): (CheckedLabel & { readonly judgement: Judgement })[] {
  const checkers = new Map<string, Value>()
  for (const one of judgements) {
    if (one.rater.kind === 'checker') checkers.set(itemKey(one), one.value)
  }
  return judgements.flatMap((judgement) => {
    if (!judgement.qualityControl || judgement.rater.kind === 'checker') return []
    const known = checkers.get(itemKey(judgement)) ?? truthFor(judgement, truthOf(judgement.rollout))
    return known === undefined ? [] : [{ judgement, trace: judgement.trace, right: isRight(judgement, known) }]
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

/** A label with whether it is right, and the trace that it is of. */
export interface CheckedLabel {
  readonly trace: string
  readonly right: boolean
}

const SEED = 1

/** Share that is right, with its 95 % interval; null for none. Labels of one trace depend on each other: only with one label each is it Wilson's over labels. */
export function shareRight(checked: readonly CheckedLabel[]): CountedShare | null {
  const items = checked.length
  if (items === 0) return null
  const right = checked.filter((one) => one.right).length
  const traces = [...groupBy(checked, ({ trace }) => trace).values()]
  return { ...(traces.length === items ? wilsonInterval(right, items) : overTraces(traces, right / items)), items }
}

/** Bootstrap over traces. Where it has no width, one trace or all of them alike, Wilson's with as many trials as traces. */
function overTraces(traces: readonly (readonly CheckedLabel[])[], value: number): Estimate {
  const tallies = traces.map((labels): Tally => ({ cells: [0, 1], amounts: [labels.filter(({ right }) => right).length, labels.length] }))
  const { low, high } = estimateTallies(tallies, 2, [(sum) => sum[0]! / sum[1]!], SEED)[0]!
  return low !== null && high !== null && low < high ? { value, low, high } : { ...wilsonInterval(value * traces.length, traces.length), value }
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
    return first === undefined || last === undefined ? [] : [{ trace: last.trace, right: first.value === last.value }]
  })
  return shareRight(repeated)
}
