import type { Rollout } from '../../trainer/protocol/rollout.ts'
import type { StepRating } from '../../trainer/protocol/label.ts'
import type { SuggestionFailure } from './failures.ts'

/** What a checker or a model says of a solution: drafts are made of it. Steps are counted from 0. */
export interface Review {
  readonly ratings: readonly { readonly step: number; readonly rating: StepRating }[]
  /** Null = none is wrong; absent where it was not said. */
  readonly firstError?: number | null
  /** Absent where it was not said. */
  readonly right?: boolean
  /** Empty where nothing was said. */
  readonly critique: string
}

/** What came of one rollout. */
export type Outcome = { readonly rollout: Rollout; readonly review: Review } | { readonly rollout: Rollout; readonly failure: SuggestionFailure }
