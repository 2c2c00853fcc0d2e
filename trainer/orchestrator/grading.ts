import type { Rendering, Verdict } from '../environments/environment.ts'
import type { SampledCompletion } from '../engines/engine.ts'
import type { RecordedError, StepVerdict } from '../protocol/rollout.ts'
import type { RewardInput } from '../rewards/reward.ts'
import { scoreRollout } from '../rewards/scoreRollout.ts'
import type { WeightedReward } from '../rewards/scoreRollout.ts'
import type { DrawnProblem } from './problemSource.ts'
import type { Findings } from './rolloutSlot.ts'

/** What the environment found in a completion; null where its own code failed. */
export interface Graded {
  readonly found: { readonly verdict: Verdict; readonly rendering: Rendering; readonly steps: readonly StepVerdict[] } | null
  readonly errors: readonly RecordedError[]
}

/** Never throws: a grader that fails leaves a rollout that cannot be scored. */
export function gradeCompletion({ environment, problem }: DrawnProblem, text: string): Graded {
  try {
    const verdict = environment.grade(text, problem)
    return { found: { verdict, rendering: environment.render(text, problem), steps: environment.checkSteps(text, problem) }, errors: [] }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { found: null, errors: [{ boundary: 'environment', message: `${environment.name}: ${message}` }] }
  }
}

export interface ScoringOptions {
  readonly rewards: readonly WeightedReward[]
  readonly maxTokens: number
  readonly deadlineSeconds: number
  readonly signal: AbortSignal
}

/** Rewards of a graded completion. `others` = verdicts on other completions that rewards may take. */
export async function scoreGraded(
  drawn: DrawnProblem, completion: SampledCompletion, graded: Graded, options: ScoringOptions, others: Pick<RewardInput, 'other' | 'refined'> = {}
): Promise<Findings> {
  if (!graded.found) return notScorable(options.rewards, 'the grader failed', graded.errors)
  const { verdict, rendering, steps } = graded.found
  const input = {
    problem: drawn.problem,
    completion: completion.text,
    tokens: completion.tokens.length,
    maxTokens: options.maxTokens,
    truncated: completion.stopReason === 'length',
    verdict, rendering, steps,
    ...others
  }
  const { reward, errors } = await scoreRollout(options.rewards, input, options)
  return { ...seen(graded), reward, errors: [...errors] }
}

/** Findings of an evaluation: the grader's verdict is the whole reward. */
export function verdictOnly(graded: Graded): Findings {
  const score = graded.found ? Number(graded.found.verdict.correct) : null
  const part = { name: 'answer', score, weight: 1, why: graded.found?.verdict.why ?? 'the grader failed' }
  return { ...seen(graded), reward: { total: score, parts: [part] }, errors: [...graded.errors] }
}

/** A completion that was cut short or could not be graded: null everywhere, never 0. */
export function notScorable(rewards: readonly WeightedReward[], why: string, errors: readonly RecordedError[] = []): Findings {
  const parts = rewards.map(({ reward, weight }) => ({ name: reward.name, score: null, weight, why }))
  return { answer: null, correct: null, steps: [], spans: [], reward: { total: null, parts }, errors: [...errors] }
}

function seen({ found }: Graded): Pick<Findings, 'answer' | 'correct' | 'steps' | 'spans'> {
  if (!found) return { answer: null, correct: null, steps: [], spans: [] }
  return { answer: found.verdict.answer, correct: found.verdict.correct, steps: [...found.steps], spans: [...found.rendering.spans] }
}
