import { z } from 'zod'
import type { ExecutionRecord } from '../../protocol/execution.ts'
import { Count } from '../../protocol/numbers.ts'
import { Problem } from '../../protocol/problem.ts'
import type { RewardPart } from '../../protocol/rollout.ts'

const given = {
  completion: z.string(),
  /** Tokens of the completion; default: its words, which is what the tokenizers of the built-in environments count. */
  tokens: Count.optional(),
  /** Cut off at the token limit. */
  truncated: z.boolean().default(false),
  /** Name of the environment, for run files with several; default: the first. */
  environment: z.string().optional()
}

/** A line of the completions file: the problem by its id, by prompt and gold, or whole (as `lab problems` prints it). */
export const ScoreLine = z.union([
  z.object({ ...given, problem: Problem }),
  z.object({ ...given, problemId: z.string().min(1) }),
  z.object({ ...given, prompt: z.string(), gold: z.string().optional(), params: Problem.shape.params, data: Problem.shape.data })
])
export type ScoreLine = z.infer<typeof ScoreLine>

/** A line of the answer. */
export type ScoredLine = { readonly total: number | null; readonly parts: readonly RewardPart[]; readonly executions?: readonly ExecutionRecord[] } | { readonly error: string }

export const SCORE_LINE_SHAPES = '{"problemId", "completion"} or {"prompt", "gold", "completion"} or {"problem": {…}, "completion"}'
