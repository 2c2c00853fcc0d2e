import type { Environment } from '../environments/environment.ts'
import type { ExecutionRecord, ExecutionTask } from '../protocol/execution.ts'
import type { Problem } from '../protocol/problem.ts'
import type { Reward } from '../protocol/rollout.ts'
import { scoreRollout } from '../rewards/scoreRollout.ts'
import type { WeightedReward } from '../rewards/scoreRollout.ts'
import type { Executor } from '../sandbox/executor.ts'

/** What an attempt came to. */
export interface Payment {
  /** null = not scorable. */
  readonly reward: number | null
  readonly parts: Reward['parts']
  readonly execution: ExecutionRecord
}

/** An attempt at a problem: a completion, and what is run for it. */
export interface Attempt {
  readonly completion: string
  readonly task: ExecutionTask
  /**
   * Where the environment would not read the program out of a completion: the completion that is graded in its place, as if it
   * had. How completions are parsed is no defence.
   */
  readonly gradedAs?: string
}

export interface Payer {
  readonly environment: Environment
  readonly rewards: readonly WeightedReward[]
  readonly executor: Pick<Executor, 'run'>
  readonly deadlineSeconds: number
}

/** So many for every attempt, so that a reward of length is the same for all. */
const TOKENS = 1

/** Runs an attempt and scores it as training does. */
export async function pay({ environment, rewards, executor, deadlineSeconds }: Payer, problem: Problem, attempt: Attempt, signal?: AbortSignal): Promise<Payment> {
  const stopping = signal ? { signal } : {}
  const execution = await executor.run(attempt.task, stopping)
  const graded = attempt.gradedAs ?? attempt.completion
  if (execution.failure !== null) return { reward: null, parts: [], execution }
  const verdict = environment.grade(graded, problem, execution)
  const input = {
    problem, completion: attempt.completion, tokens: TOKENS, maxTokens: TOKENS, truncated: false, verdict, execution,
    rendering: environment.render(graded, problem), steps: environment.checkSteps(attempt.completion, problem),
    // Rewards of other rollouts' verdicts are asked about this one.
    other: verdict, refined: verdict
  }
  const { reward } = await scoreRollout(rewards, input, { deadlineSeconds, ...stopping })
  return { reward: reward.total, parts: reward.parts, execution }
}
