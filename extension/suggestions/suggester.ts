import type { LabelSource } from '../../trainer/protocol/label.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import type { Outcome } from './review.ts'

/** A source of drafts: a checker or a model. */
export interface Suggester {
  /** For people, e.g. `gpt-x (models.example)`. */
  readonly title: string
  readonly source: Extract<LabelSource, { kind: 'checker' | 'model' }>
  /** Where rollouts are sent to; absent where nothing leaves this machine unasked. */
  readonly sends?: Sending
  /** Tells of every rollout once, in any order; a cancelled one tells of fewer. Rejects only where nothing could be asked at all. */
  review(rollouts: readonly Rollout[], tell: (outcome: Outcome) => void, signal: AbortSignal): Promise<void>
}

export interface Sending {
  /** Who gets the texts. */
  readonly to: string
  /** What people should know before they agree, a sentence each. */
  readonly terms: readonly string[]
  promptOf(rollout: Rollout): string
}
