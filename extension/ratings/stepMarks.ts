import type { Label } from '../../trainer/protocol/label.ts'
import { sourceOf } from '../comments/threadTexts.ts'
import type { Projection } from '../traces/projection.ts'
import { sayingsOfStep } from './ownOpinions.ts'
import type { StepSaying } from './ownOpinions.ts'
import { ratingWord } from './ratingWords.ts'

export type MarkName = 'great' | 'okay' | 'bad' | 'unsure' | 'firstError'

/** A mark in the gutter of a step, and what stands behind its heading. */
export interface StepMark {
  readonly line: number
  /** The labeler's own, else that of the newest other. */
  readonly mark: MarkName
  readonly own: boolean
  /** What others and drafts say; empty where they say nothing. */
  readonly others: string
}

const MOST_NAMED = 5

export function stepMarks({ projection, labels, labeler }: { readonly projection: Projection; readonly labels: readonly Label[]; readonly labeler: string }): readonly StepMark[] {
  return projection.steps.flatMap(({ segment, step, heading: line }) => {
    const said = sayingsOfStep(labels, segment, step)
    const own = said.filter((each) => isOwn(each, labeler))
    const others = said.filter((each) => !isOwn(each, labeler))
    const mark = markOf(own) ?? markOf(others)
    return mark === undefined ? [] : [{ line, mark, own: own.length > 0, others: others.slice(0, MOST_NAMED).map(sayingText).join(' · ') + (others.length > MOST_NAMED ? ' …' : '') }]
  })
}

const isOwn = ({ by, source, draft }: StepSaying, labeler: string): boolean => by === labeler && source.kind === 'human' && !draft

function markOf(said: readonly StepSaying[]): MarkName | undefined {
  if (said.some(({ first }) => first)) return 'firstError'
  const rating = said.findLast((each) => each.rating !== undefined)?.rating
  return rating === undefined ? undefined : ratingWord(rating).name
}

/** `anna: − bad`, `draft by checker steps: first wrong step` */
export function sayingText({ by, source, rating, first, draft }: StepSaying): string {
  const who = source.kind === 'human' ? by : sourceOf(source)
  const what = first ? 'first wrong step' : rating === undefined ? '' : `${ratingWord(rating).sign} ${ratingWord(rating).name}`
  return `${draft ? 'draft by ' : ''}${who}: ${what}`
}
