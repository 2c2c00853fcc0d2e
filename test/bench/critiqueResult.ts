import type { ArmRun, RerankRun } from './critiqueRuns.ts'

export const ERROR_RATES = [0, 0.1, 0.3] as const

/** Everything of one seed. Arms by name; `cft` and `rerank` by error rate of the labeler. */
export interface CritiqueSeed {
  readonly seed: number
  readonly base: ArmRun
  /** On traces that the labeler found right, and on reference solutions of the same problems. */
  readonly accepted: ArmRun
  readonly references: ArmRun
  readonly cft: readonly ArmRun[]
  readonly rerank: readonly RerankRun[]
  readonly grpo: ArmRun
  readonly critiqueGrpo: ArmRun
}
