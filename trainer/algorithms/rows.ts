import type { Loss, TokenSequence, TrainSequence } from '../engines/engine.ts'

/** A text to learn; masked where a tool answered in it. */
export type LearntSequence = Pick<TrainSequence, 'prompt' | 'completion' | 'mask_T'>

/** A preference as tokens; the end of the text is a token of both sides, unless they are parts of a text that goes on. */
export interface PairTokens {
  readonly chosen: LearntSequence
  readonly rejected: LearntSequence
  /** Why the chosen side wins, given problem and both sides. */
  readonly rationale?: TokenSequence
  /** Log-probabilities of both sides under the reference. */
  readonly reference?: { readonly chosen_T: readonly number[]; readonly rejected_T: readonly number[] }
}

/** A trace as tokens, with the token that ends each labelled step, in order. */
export interface StepTokens extends TokenSequence {
  readonly steps: readonly { readonly endToken: number; readonly right: boolean }[]
}

/** What one optimiser step trains on. */
export interface RowBatch {
  readonly data: readonly TrainSequence[]
  readonly loss: Loss
}
