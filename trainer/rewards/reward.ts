import type { Problem } from '../protocol/problem.ts'
import type { Rendering, Verdict } from '../environments/environment.ts'
import type { ExecutionRecord } from '../protocol/execution.ts'
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
  /** Of the completion's program, where it is one: of the last turn. */
  readonly execution?: ExecutionRecord
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

/** Which edit of a file that people write a reward scores by. */
export interface RewardReload {
  /** Name of the reward part. */
  readonly part: string
  /** Name of the file, for people. */
  readonly file: string
  /** SHA-256 of the file and what it imports, in hexadecimal. */
  readonly hash: string
  /** That an edit was taken up, or why one was not: told once. */
  readonly news?: { readonly code: 'reward/edited' | 'reward/edit-refused'; readonly message: string }
}

/** One named part of the reward. May be asynchronous (user modules, executors); throws are recorded, never scored. */
export interface RewardFunction {
  readonly name: string
  /** Keeps a deadline of its own, counted from when the call really starts, which may be after waiting for others. */
  readonly ownDeadline?: boolean
  score(input: RewardInput, signal: AbortSignal): PartScore | Promise<PartScore>
  /** Many at once, where a call costs more than its work: an answer for each input, an error in the place of what could not be scored. */
  scoreMany?(inputs: readonly RewardInput[], signal: AbortSignal): Promise<readonly (PartScore | Error)[]>
  /** Takes up what was edited in its file since; an edit that cannot be used is told of and changes nothing. Not while it scores. */
  reload?(): Promise<RewardReload>
}
