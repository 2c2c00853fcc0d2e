import type { Label } from '../../protocol/label.ts'
import type { AgreementMeasure } from '../../protocol/labelViews.ts'
import { groupBy } from '../grouping.ts'
import { alphaForm } from './krippendorffAlpha.ts'
import type { Level, Unit } from './krippendorffAlpha.ts'
import { judgementsOf, ratingsBySubject } from './judgements.ts'
import type { Judgement, Ratings, Subject } from './judgements.ts'
import { measure } from './measures.ts'
import type { Comparison, MeasureName } from './measures.ts'
import { firstErrorMeasures, kappas, raterPairs } from './pairMeasures.ts'
import { checkedJudgements, shareRight } from './qualityControl.ts'
import type { KnownTruth } from './qualityControl.ts'
import { scaleOf } from './scale.ts'
import type { Scale } from './scale.ts'
import { spanMeasures } from './spanMeasures.ts'
import { estimateTallies } from './tally.ts'

const SEED = 1

/**
 * All measures of agreement between those who labelled a run, one after another, so that whoever asks can do other things between
 * two of them, or stop. Drafts do not count; what was made of a model's draft counts apart from what people said by themselves.
 */
export function* agreementMeasures(labels: readonly Label[], truthOf: (rollout: string) => KnownTruth | undefined): Generator<AgreementMeasure> {
  const judgements = judgementsOf(labels)
  for (const { subject, ratings } of ratingsBySubject(judgements).values()) yield* subjectMeasures(subject, ratings)
  yield* spanMeasures(labels)
  yield* accuracies(judgements, truthOf)
}

function* subjectMeasures(subject: Subject, ratings: Ratings): Generator<AgreementMeasure> {
  const comparison = nameOf(subject)
  const scale = scaleOf(subject, [...ratings.values()].flatMap((ofItem) => [...ofItem.values()]))
  if (scale === undefined) return
  yield overAll(ratings, scale, comparison)
  for (const pair of raterPairs(ratings)) {
    if (subject.kind === 'firstError') yield* firstErrorMeasures(pair, comparison)
    yield* kappas(pair, scale, comparison)
  }
}

const ALPHAS: Readonly<Record<Level, MeasureName>> = { nominal: 'alphaNominal', ordinal: 'alphaOrdinal', interval: 'alphaInterval' }

function overAll(ratings: Ratings, scale: Scale, comparison: Pick<Comparison, 'subject' | 'what'>): AgreementMeasure {
  const shared = [...ratings.values()].filter((ofItem) => ofItem.size > 1).map((ofItem) => [...ofItem.values()])
  const unitOf = (judged: readonly Judgement[]): Unit => judged.map(({ value }) => scale.codeOf(value))
  const form = alphaForm(shared.map(unitOf), scale.level)
  const traces = [...groupBy(shared, ([first]) => first!.trace).values()]
  const [estimate] = estimateTallies(traces.map((units) => form.tally(units.map(unitOf))), form.size, [form.alpha], SEED)
  const raters = new Set(shared.flatMap((judged) => judged.map(({ rater }) => rater.name))).size
  const undefinedBecause = shared.length === 0 ? 'no two labelers judged the same' : 'all opinions are the same: there is nothing to agree on beyond chance'
  return measure(ALPHAS[scale.level], { ...comparison, between: raters === 0 ? 'all labelers' : `all ${raters} labelers`, items: shared.length, undefinedBecause }, estimate!)
}

function* accuracies(judgements: readonly Judgement[], truthOf: (rollout: string) => KnownTruth | undefined): Generator<AgreementMeasure> {
  const byRater = groupBy(checkedJudgements(judgements, truthOf), ({ judgement }) => judgement.rater.name)
  for (const [rater, checked] of [...byRater].sort(([a], [b]) => (a < b ? -1 : 1))) {
    yield measure('qualityControl', { subject: 'qualityControl', what: 'Quality control', between: rater, items: checked.length, undefinedBecause: '' }, shareRight(checked)!)
  }
}

const WORDS = { verdict: 'Verdict', firstError: 'First wrong step', stepRating: 'Step rating', preference: 'Preference' } as const

/** Answers to a label set that was changed since are compared among themselves: the hash of the set tells them apart. */
function nameOf(subject: Subject): Pick<Comparison, 'subject' | 'what'> {
  if (subject.kind !== 'rubric') return { subject: subject.kind, what: WORDS[subject.kind] }
  return { subject: `rubric/${subject.labelSet}@${subject.schemaHash.slice(0, 8)}/${subject.field}`, what: `${subject.labelSet}, ${subject.field}` }
}
