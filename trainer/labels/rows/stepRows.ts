import type { Label } from '../../protocol/label.ts'
import type { RowWithOrigin } from '../../protocol/labelRows.ts'
import type { AdmittedLabels } from './admission.ts'
import { ofOneKind } from './labelSource.ts'
import { groupBy, lastOfEach, originOf, placeKey, segmentOf } from './rowMaker.ts'
import type { RowMaker } from './rowMaker.ts'
import { promptOf } from './rowRollout.ts'
import type { RowSegment } from './rowRollout.ts'
import { stepPieces } from './stepPieces.ts'
import { isRight, stepOf, stepVotes } from './stepVotes.ts'
import type { StepVotes } from './stepVotes.ts'
import { majority } from './vote.ts'

/**
 * One row a trace: its steps up to the first that nobody, or no majority, judged. Ratings and first errors are votes; a first
 * error says that the steps before it are right and nothing of those after it.
 */
export function stepRows({ steps }: AdmittedLabels, maker: RowMaker): RowWithOrigin<'steps'>[] {
  return groupBy(steps, placeKey).flatMap((group) => {
    const segment = segmentOf(maker, group[0]!)
    const pieces = stepPieces(segment)
    if (pieces !== undefined) return rowOfTrace(onSteps(group, segment, pieces.length, maker), segment, pieces, maker)
    maker.leftOut.add('steps', 'oddSteps', group)
    return []
  })
}

interface PlacedLabel {
  readonly label: Label
  /** Absent for a first error. */
  readonly step: number | undefined
}

/** Labels that name steps which the trace has. */
function onSteps(group: readonly Label[], segment: RowSegment, steps: number, { leftOut }: RowMaker): PlacedLabel[] {
  return group.flatMap((label) => {
    const { opinion } = label
    const step = opinion.kind === 'firstError' ? undefined : stepOf(label, segment)
    const named = opinion.kind === 'firstError' ? (opinion.step ?? 0) : step
    if (named !== undefined && named < steps) return [{ label, step }]
    leftOut.add('steps', 'noStep', [label])
    return []
  })
}

function rowOfTrace(placed: readonly PlacedLabel[], segment: RowSegment, pieces: readonly string[], maker: RowMaker): RowWithOrigin<'steps'>[] {
  const voters = votersOf(placed, pieces.length, maker)
  const votes_S = pieces.map((_, step) => voters.flatMap(({ right_S }) => right_S[step] ?? []))
  const decided_S = votes_S.map((votes) => majority(votes, maker.minimumAgreement))
  const undecided = decided_S.indexOf(undefined)
  const length = undecided < 0 ? pieces.length : undecided
  const labels = voters.flatMap((voter) => labelsThatCount(voter, votes_S, decided_S.slice(0, length), maker))
  if (length === 0) return []
  const row = { prompt: promptOf(segment, maker.joint), completions: pieces.slice(0, length), labels: decided_S.slice(0, length) as boolean[] }
  return [{ row, origin: originOf(maker, labels) }]
}

function votersOf(placed: readonly PlacedLabel[], steps: number, { leftOut }: RowMaker): StepVotes[] {
  const stepByLabel = new Map(placed.map(({ label, step }) => [label, step]))
  const { used, otherSource } = ofOneKind(placed.map(({ label }) => label))
  const { last, overruled } = lastOfEach(used, (label) => JSON.stringify([label.labeler, stepByLabel.get(label) ?? 'first error']))
  leftOut.add('steps', 'otherSource', otherSource)
  leftOut.add('steps', 'overruled', overruled)
  return groupBy(last, ({ labeler }) => labeler).flatMap((mine) => {
    const ratings = mine.flatMap((label) => (label.opinion.kind === 'stepRating' ? [{ label, step: stepByLabel.get(label)! }] : []))
    const votes = stepVotes(ratings, mine.find(({ opinion }) => opinion.kind === 'firstError'), steps)
    if (votes !== 'contradiction') return [votes]
    leftOut.add('steps', 'contradiction', mine)
    return []
  })
}

/** A voter's labels that the row rests on; the others are counted. `decided_S` has the steps of the row alone. */
function labelsThatCount({ ratings, firstError }: StepVotes, votes_S: readonly (readonly boolean[])[], decided_S: readonly (boolean | undefined)[], { leftOut }: RowMaker): Label[] {
  const counting = ratings.filter(({ label, step }) => {
    const right = isRight(label)
    if (right !== undefined && decided_S[step] === right) return true
    const beyond = (votes_S[step] ?? []).length > 1 ? 'disagreement' : 'gap'
    leftOut.add('steps', right === undefined ? 'unsure' : step < decided_S.length ? 'outvoted' : beyond, [label])
    return false
  })
  // A first error votes on the first step, so that without a row labelers disagree there.
  if (firstError !== undefined && decided_S.length === 0) leftOut.add('steps', 'disagreement', [firstError])
  return [...counting.map(({ label }) => label), ...(firstError === undefined || decided_S.length === 0 ? [] : [firstError])]
}
