import type { Label } from '../../trainer/protocol/label.ts'
import type { Projection, StepPlace } from '../traces/projection.ts'
import { draftsOfStep } from './drafts.ts'
import { ownOpinions } from './ownOpinions.ts'
import type { OwnOpinions } from './ownOpinions.ts'
import { RATINGS } from './ratingWords.ts'

/** Something to click above a line. */
export interface Lens {
  readonly line: number
  readonly title: string
  /** After `rolloutLab.`. */
  readonly command: string
  /** Segment and step that it is about. */
  readonly segment: number
  readonly step?: number
}

/** Ratings above each step and the verdict above the first line, what the labeler said marked. */
export function lensesOf({ projection, labels, labeler }: { readonly projection: Projection; readonly labels: readonly Label[]; readonly labeler: string }): readonly Lens[] {
  return projection.segments.flatMap(({ segment, heading }) => {
    const own = ownOpinions(labels, labeler, segment)
    return [...traceLenses(own, segment, segment === 0 ? 0 : heading), ...projection.steps.filter((step) => step.segment === segment).flatMap((step) => stepLenses(own, step, draftsOfStep(labels, segment, step.step).length))]
  })
}

function stepLenses(own: OwnOpinions, { heading: line, segment, step }: StepPlace, drafts: number): readonly Lens[] {
  const rating = own.ratings.get(step)?.opinion.rating
  return [
    ...RATINGS.map((each) => ({ line, segment, step, title: chosen(each.rating === rating, `${each.sign} ${each.name}`), command: RATE_COMMANDS[each.name] })),
    { line, segment, step, title: chosen(own.firstError?.opinion.step === step, 'first wrong step'), command: 'markFirstError' },
    { line, segment, step, title: '$(comment) critique', command: 'critiqueSelection' },
    ...(drafts === 0 ? [] : [
      { line, segment, step, title: `$(check-all) accept ${drafts === 1 ? 'draft' : `${drafts} drafts`}`, command: 'acceptDrafts' },
      { line, segment, step, title: '$(circle-slash) reject', command: 'rejectDrafts' }
    ])
  ]
}

function traceLenses(own: OwnOpinions, segment: number, line: number): readonly Lens[] {
  const right = own.verdict?.opinion.right
  return [
    { line, segment, title: chosen(right === true, 'right'), command: 'judgeRight' },
    { line, segment, title: chosen(right === false, 'wrong'), command: 'judgeWrong' },
    { line, segment, title: chosen(own.firstError?.opinion.step === null, 'no step is wrong'), command: 'markNoError' },
    { line, segment, title: chosen(own.flag !== undefined, 'flag'), command: 'flagTrace' },
    { line, segment, title: own.completed ? '$(check) completed, next' : '$(arrow-right) complete and next', command: 'completeAndNext' }
  ]
}

export const RATE_COMMANDS = { great: 'rateGreat', okay: 'rateOkay', bad: 'rateBad', unsure: 'rateUnsure' } as const

const chosen = (is: boolean, title: string): string => (is ? `$(check) ${title}` : title)
