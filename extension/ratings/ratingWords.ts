import type { StepRating } from '../../trainer/protocol/label.ts'

/** Ratings in PRM800K's words, as everything that shows them calls them. */
export interface RatingWord {
  readonly rating: StepRating
  readonly name: 'great' | 'okay' | 'bad' | 'unsure'
  readonly sign: string
}

export const RATINGS: readonly RatingWord[] = [
  { rating: 1, name: 'great', sign: '+' }, { rating: 0, name: 'okay', sign: '0' }, { rating: -1, name: 'bad', sign: '−' }, { rating: 'unsure', name: 'unsure', sign: '?' }
]

export const ratingWord = (rating: StepRating): RatingWord => RATINGS.find((each) => each.rating === rating)!
