import type { Problem } from '../protocol/problem.ts'
import type { Rendering, Verdict } from '../environments/environment.ts'
import type { StepVerdict } from '../protocol/rollout.ts'

/** What a reward may look at. */
export interface RewardInput {
  readonly problem: Problem
  readonly completion: string
  readonly tokens: number
  readonly maxTokens: number
  readonly truncated: boolean
  readonly verdict: Verdict
  readonly rendering: Rendering
  readonly steps: readonly StepVerdict[]
  /** For the shuffled control: the verdict of another rollout of the batch. */
  readonly other?: Verdict
  /** For critics: the verdict on the refinement that came of this critique. */
  readonly refined?: Verdict
}

/** `score: null` = not scorable. */
export interface PartScore {
  readonly score: number | null
  readonly why: string
}

/** One named part of the reward. May be asynchronous (user modules, executors); throws are recorded, never scored. */
export interface RewardFunction {
  readonly name: string
  /** Keeps a deadline of its own, counted from when the call really starts, which may be after waiting for others. */
  readonly ownDeadline?: boolean
  score(input: RewardInput, signal: AbortSignal): PartScore | Promise<PartScore>
}
