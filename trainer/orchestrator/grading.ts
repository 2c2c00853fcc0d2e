import { LabError } from '../errors.ts'
import type { Rendering, Verdict } from '../environments/environment.ts'
import type { SampledCompletion } from '../engines/engine.ts'
import type { ExecutionRecord } from '../protocol/execution.ts'
import type { RecordedError, StepVerdict } from '../protocol/rollout.ts'
import { writtenCount } from '../protocol/toolTokens.ts'
import type { RewardInput } from '../rewards/reward.ts'
import { scoreRollout } from '../rewards/scoreRollout.ts'
import type { WeightedReward } from '../rewards/scoreRollout.ts'
import type { Executor } from '../sandbox/executor.ts'
import type { DrawnProblem } from './problemSource.ts'
import type { Findings, RolloutSlot } from './rolloutSlot.ts'

/** What the environment found in a completion; null where its own code or the machine failed. */
export interface Graded {
  readonly found: { readonly verdict: Verdict; readonly rendering: Rendering; readonly steps: readonly StepVerdict[] } | null
  /** Why nothing was found. */
  readonly failure?: string
  /** Of the programs that the completion is, one a turn; absent where completions are no programs. */
  readonly executions?: readonly ExecutionRecord[]
  /** The one of the program that was graded; absent where the last turn holds none. */
  readonly judged?: ExecutionRecord
  readonly errors: readonly RecordedError[]
}

/** What runs the programs that completions are; not needed where they are none. */
export interface ExecutingParts {
  readonly executor?: Executor | undefined
  readonly signal?: AbortSignal
}

/**
 * Never rejects: a grader or a machine that fails leaves a rollout that cannot be scored, and so does a cancelled execution, which
 * callers must not record.
 * @param executed what was executed before: taken as it stands, never executed again.
 */
export async function gradeCompletion(drawn: DrawnProblem & Pick<RolloutSlot, 'turns'>, text: string, parts: ExecutingParts, executed?: readonly ExecutionRecord[]): Promise<Graded> {
  if (!drawn.environment.code) return gradeText(drawn, text)
  try {
    const executions = executed ?? (await executionsOf(drawn, text, parts))
    const failure = executions.at(-1)?.failure ?? null
    if (failure !== null) return { found: null, failure, executions, errors: [{ boundary: 'sandbox', message: failure }] }
    const judged = judgedExecution(executions, drawn.turns?.length ?? 1)
    return { ...gradeText(drawn, text, judged), executions, ...(judged && { judged }) }
  } catch (error) {
    return failed(drawn, error)
  }
}

/**
 * The execution that a completion of so many turns is judged by, with the signals of all of them. Undefined where the last turn holds no
 * program: what an earlier turn's was worth is not what the last turn says.
 */
export function judgedExecution(executions: readonly ExecutionRecord[], turns: number): ExecutionRecord | undefined {
  const judged = executions.findLast(({ turn }) => turn === turns)
  return judged && { ...judged, signals: executions.flatMap(({ signals }) => signals) }
}

/** A verdict without running anything. @param execution of the program that the text is, where it is one. */
export function gradeText({ environment, problem }: DrawnProblem, text: string, execution?: ExecutionRecord): Graded {
  try {
    const verdict = environment.grade(text, problem, execution)
    return { found: { verdict, rendering: environment.render(text, problem), steps: environment.checkSteps(text, problem) }, errors: [] }
  } catch (error) {
    return failed({ environment, problem }, error)
  }
}

const executionsOf = async (drawn: DrawnProblem, text: string, parts: ExecutingParts): Promise<readonly ExecutionRecord[]> => {
  const record = await executeProgram(drawn, text, parts)
  return record ? [record] : []
}

/**
 * Runs the program that a completion is; undefined where there is none in it.
 * @throws LabError `sandbox/cancelled`; what the environment throws.
 */
export async function executeProgram({ environment, problem }: DrawnProblem, text: string, { executor, signal }: ExecutingParts, turn = 1): Promise<ExecutionRecord | undefined> {
  const task = environment.code?.task(text, problem)
  if (!task || 'none' in task) return undefined
  if (!executor) throw noExecutor(environment.name)
  return executor.run(task, { turn, ...(signal && { signal }) })
}

export const noExecutor = (environment: string): LabError =>
  new LabError('sandbox', 'sandbox/no-executor', `The completions of the environment ${JSON.stringify(environment)} are programs, and nothing here runs programs.`, {
    remedy: 'Run `lab doctor`: it says which sandboxes work here and what the others need.'
  })

function failed({ environment }: DrawnProblem, error: unknown): Graded {
  const message = error instanceof Error ? error.message : String(error)
  const boundary = LabError.is(error) && error.boundary === 'sandbox' ? 'sandbox' : 'environment'
  return { found: null, errors: [{ boundary, message: `${environment.name}: ${message}` }] }
}

export interface ScoringOptions {
  readonly rewards: readonly WeightedReward[]
  readonly maxTokens: number
  readonly deadlineSeconds: number
  readonly signal: AbortSignal
}

/** Rewards of a graded completion. `others` = verdicts on other completions that rewards may take. */
export async function scoreGraded(
  drawn: DrawnProblem & Pick<RolloutSlot, 'turns'>, completion: SampledCompletion, graded: Graded, options: ScoringOptions, others: Pick<RewardInput, 'other' | 'refined'> = {}
): Promise<Findings> {
  if (!graded.found) return { ...notScorable(options.rewards, graded.failure ?? GRADER_FAILED, graded.errors), ...executed(graded) }
  const { verdict, rendering, steps } = graded.found
  const input = {
    problem: drawn.problem,
    completion: completion.text,
    tokens: writtenCount({ tokens: completion.tokens, tokenEnds: completion.tokenEnds_T, spans: rendering.spans }),
    // Each turn had this room.
    maxTokens: options.maxTokens * (drawn.turns?.length ?? 1),
    truncated: completion.stopReason === 'length',
    verdict, rendering, steps,
    ...(graded.judged && { execution: graded.judged }),
    ...others
  }
  const { reward, errors } = await scoreRollout(options.rewards, input, options)
  return { ...seen(graded), reward, errors: [...errors] }
}

const GRADER_FAILED = 'the grader failed'

/** Findings of an evaluation: the grader's verdict is the whole reward. */
export function verdictOnly(graded: Graded): Findings {
  const score = graded.found ? Number(graded.found.verdict.correct) : null
  const part = { name: 'answer', score, weight: 1, why: graded.found?.verdict.why ?? graded.failure ?? GRADER_FAILED }
  return { ...seen(graded), reward: { total: score, parts: [part] }, errors: [...graded.errors] }
}

/** A completion that was cut short or could not be graded: null everywhere, never 0. */
export function notScorable(rewards: readonly WeightedReward[], why: string, errors: readonly RecordedError[] = []): Findings {
  const parts = rewards.map(({ reward, weight }) => ({ name: reward.name, score: null, weight, why }))
  return { answer: null, correct: null, steps: [], spans: [], reward: { total: null, parts }, errors: [...errors] }
}

function seen(graded: Graded): Pick<Findings, 'answer' | 'correct' | 'steps' | 'spans' | 'executions'> {
  const { found } = graded
  if (!found) return { answer: null, correct: null, steps: [], spans: [], ...executed(graded) }
  return { answer: found.verdict.answer, correct: found.verdict.correct, steps: [...found.steps], spans: [...found.rendering.spans], ...executed(graded) }
}

const executed = ({ executions }: Graded): Pick<Findings, 'executions'> => (executions ? { executions: [...executions] } : {})
