import type { Label, Opinion } from '../../protocol/label.ts'
import type { RowKind, RowOrigin } from '../../protocol/labelRows.ts'
import { stepsOf } from '../anchors/makeAnchor.ts'
import { admit } from '../rows/admission.ts'
import { LeftOutLabels } from '../rows/leftOut.ts'
import { groupBy, lastOfEach, originOf, placeKey, segmentOf } from '../rows/rowMaker.ts'
import type { RowMaker } from '../rows/rowMaker.ts'
import { promptOf } from '../rows/rowRollout.ts'
import type { RowRollout, RowSegment } from '../rows/rowRollout.ts'
import type { RowOptions } from '../rows/rowsOf.ts'
import { stepOf, stepVotes } from '../rows/stepVotes.ts'
import type { StepVotes } from '../rows/stepVotes.ts'
import type { Prm800kRating, Prm800kRecord, Prm800kStep } from './prm800k.ts'

export interface Prm800kWithOrigin {
  readonly row: Prm800kRecord
  readonly origin: RowOrigin
}

/**
 * What each labeler said of the steps of each trace, in PRM800K's shape: no votes are taken, and quality-control items are in,
 * marked. Steps that are right only because the first error comes later are rated 0. Labels that contradict each other, or
 * are on no step, are left out, as in the rows.
 */
export function prm800kRecords(run: string, labels: readonly Label[], rollouts: ReadonlyMap<string, RowRollout>, options: RowOptions): Prm800kWithOrigin[] {
  const admission = { ...options, includeQualityControl: true }
  const kindsOf = (opinion: Opinion): readonly RowKind[] => (isOfStep(opinion) ? ['steps'] : [])
  const admitted = admit(labels, rollouts, admission, new LeftOutLabels(), kindsOf).steps
  const maker: RowMaker = { run, rollouts, leftOut: new LeftOutLabels(), minimumAgreement: 0, joint: '', includeHeldOut: options.includeHeldOut ?? false }
  return groupBy(admitted, authorKey).flatMap((group) => {
    const votes = group.filter(({ opinion }) => opinion.kind === 'stepRating' || opinion.kind === 'firstError')
    return votes.length === 0 ? [] : recordOf(votes, group.filter((label) => !votes.includes(label)), maker)
  })
}

const isOfStep = (opinion: Opinion): boolean => ['stepRating', 'firstError', 'flag'].includes(opinion.kind) || (opinion.kind === 'better' && opinion.of === 'step')
const authorKey = (label: Label): string => JSON.stringify([placeKey(label), label.labeler, label.qualityControl])

function recordOf(group: readonly Label[], asides: readonly Label[], maker: RowMaker): Prm800kWithOrigin[] {
  const segment = segmentOf(maker, group[0]!)
  const texts = stepsOf(segment.spans).map(({ from, to }) => segment.text.slice(from, to))
  const votes = votesOf(group, segment, texts.length)
  if (votes === undefined) return []
  const labels = [...votes.ratings.map(({ label }) => label), ...(votes.firstError ? [votes.firstError] : []), ...asides]
  const rollout = maker.rollouts.get(group[0]!.rollout)!
  const row: Prm800kRecord = {
    labeler: group[0]!.labeler,
    timestamp: labels.map(({ at }) => at).sort().at(-1)!,
    generation: null,
    is_quality_control_question: group[0]!.qualityControl,
    is_initial_screening_question: false,
    question: {
      problem: promptOf(segment, ''), ground_truth_solution: null, ground_truth_answer: rollout.gold ?? null, pre_generated_steps: texts,
      pre_generated_answer: rollout.answer, pre_generated_verifier_score: null
    },
    label: {
      steps: stepsOfRecord(texts, votes, asides, segment),
      total_time: Math.round(labels.reduce((sum, { seconds }) => sum + seconds, 0) * 1000),
      finish_reason: finishReason(votes)
    }
  }
  return [{ row, origin: originOf(maker, labels) }]
}

function votesOf(group: readonly Label[], segment: RowSegment, steps: number): StepVotes | undefined {
  const { last } = lastOfEach(group, (label) => (label.opinion.kind === 'firstError' ? 'first error' : String(stepOf(label, segment))))
  const ratings = last.flatMap((label) => {
    const step = label.opinion.kind === 'stepRating' ? stepOf(label, segment) : undefined
    return step === undefined ? [] : [{ label, step }]
  })
  const firstError = last.find(({ opinion }) => opinion.kind === 'firstError' && (opinion.step ?? 0) < steps)
  const votes = stepVotes(ratings, firstError, steps)
  return votes === 'contradiction' || (ratings.length === 0 && firstError === undefined) ? undefined : votes
}

function stepsOfRecord(texts: readonly string[], { right_S, ratings }: StepVotes, asides: readonly Label[], segment: RowSegment): Prm800kStep[] {
  const rated = Math.max(right_S.findLastIndex((right) => right !== undefined), ...ratings.map(({ step }) => step))
  return texts.slice(0, rated + 1).map((text, step) => {
    const mine = asides.filter((label) => stepOf(label, segment) === step)
    const better = mine.flatMap(({ opinion }) => (opinion.kind === 'better' ? [opinion.text] : [])).at(-1)
    const flagged = mine.some(({ opinion }) => opinion.kind === 'flag')
    return {
      completions: [{ text, rating: ratingOf(step, right_S[step], ratings), flagged }],
      human_completion: better ?? null,
      chosen_completion: 0
    }
  })
}

function ratingOf(step: number, right: boolean | undefined, ratings: StepVotes['ratings']): Prm800kRating {
  const opinion = ratings.find((rating) => rating.step === step)?.label.opinion
  if (opinion?.kind === 'stepRating') return opinion.rating === 'unsure' ? null : opinion.rating
  return right === undefined ? null : right ? 0 : -1
}

function finishReason({ right_S, firstError }: StepVotes): 'found_error' | 'solution' | 'give_up' {
  if (right_S.includes(false)) return 'found_error'
  return right_S.every((right) => right === true) || firstError !== undefined ? 'solution' : 'give_up'
}
