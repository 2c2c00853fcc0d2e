import { gradeText, judgedExecution } from '../../orchestrator/grading.ts'
import type { DrawnProblem } from '../../orchestrator/problemSource.ts'
import { overTurns, turnsIn } from '../../orchestrator/turns.ts'
import type { Problem } from '../../protocol/problem.ts'
import type { ResolvedRun } from '../../protocol/runFile.ts'
import type { RewardInput } from '../../rewards/reward.ts'
import type { ScoredRollout } from '../../stores/scoredRollouts.ts'

/**
 * What a reward is given of a recorded rollout. What was recorded holds: verdict, steps and executions are taken from the record;
 * the grader is asked again only for what is not recorded (its reason, the share of credit, whether the trace parses), and nothing
 * is executed.
 * @param drawn its problem, where it could be drawn again; else it is put together from what the rollout records.
 */
export function recordedInput(rollout: ScoredRollout, run: ResolvedRun, drawn: DrawnProblem | undefined): RewardInput {
  const joined = turnsIn(rollout.completion, rollout.spans)
  const turns = joined.turns.length
  const execution = judgedExecution(rollout.executions ?? [], turns)
  const found = drawn && gradeText(turns > 1 ? { ...drawn, environment: overTurns(drawn.environment, joined) } : drawn, rollout.completion, execution).found
  const correct = rollout.correct ?? false
  const verdict = found && found.verdict.correct === correct ? found.verdict : { correct, score: Number(correct), answer: rollout.answer, why: 'as the run recorded it' }
  return {
    problem: drawn?.problem ?? recordedProblem(rollout),
    completion: rollout.completion,
    tokens: rollout.tokens,
    maxTokens: maxTokensOf(run, rollout.stage) * turns,
    truncated: rollout.stopReason === 'length',
    verdict: { ...verdict, answer: rollout.answer },
    rendering: found?.rendering ?? { spans: rollout.spans, wellFormed: rollout.answer !== null, why: 'as the run recorded it' },
    steps: rollout.steps,
    ...(execution && { execution })
  }
}

function recordedProblem({ problemId: id, environment, prompt, messages, params, gold }: ScoredRollout): Problem {
  return { id, environment, prompt, params, ...(messages && { messages }), ...(gold !== undefined && { gold }) }
}

const maxTokensOf = (run: ResolvedRun, stage: string): number => (run.stages?.find(({ name }) => name === stage)?.sampling ?? run.sampling).maxTokens
