import type { StepRating } from '../../../trainer/protocol/label.ts'

/** A rating in words; the definitions are PRM800K's (Lightman et al. 2023, instructions to labelers). */
export interface RatingWords {
  readonly rating: StepRating
  readonly key: string
  readonly sign: string
  readonly name: string
  readonly definition: string
}

export const RATINGS: readonly RatingWords[] = [
  { rating: 1, key: '+', sign: '+', name: 'great', definition: 'Correct, can be checked in some 30 seconds, fits here and takes the solution forward. An approach that is sensible and fails later counts.' },
  { rating: 0, key: '0', sign: '0', name: 'okay', definition: 'Correct and reasonable, but without progress: restates, encourages, stalls.' },
  { rating: -1, key: '−', sign: '−', name: 'bad', definition: 'Has an error, is hard to check, gibberish or off topic, or leads into a dead end or a loop.' },
  { rating: 'unsure', key: 'u', sign: '?', name: 'unsure', definition: 'You cannot tell.' }
]

export const ratingWords = (rating: StepRating): RatingWords => RATINGS.find((each) => each.rating === rating) ?? RATINGS[3]!

/** How PRM800K's second phase labels. */
export const PHASE_TWO =
  'Label up to the first mistake, then stop: say which step it is and write a critique of the mistake. What comes after it needs no rating. Judge substance, not style; go back and correct a rating where you see better.'
