import type { SampledCompletion } from '../engines/engine.ts'
import type { ExecutionRecord } from '../protocol/execution.ts'
import { executeProgram } from './grading.ts'
import type { StepRecorder } from './liveNotices.ts'
import type { RolloutSlot } from './rolloutSlot.ts'
import type { TurnSession } from './sampleTurns.ts'
import { completionSoFar } from './turns.ts'
import type { Turn } from './turns.ts'

/** A rollout in the making: its place in the batch, its turns so far and what was executed of them. */
export interface GoingRollout {
  readonly promptIndex: number
  readonly sampleIndex: number
  readonly slot: RolloutSlot
  readonly turns: readonly Turn[]
  readonly executions: readonly ExecutionRecord[]
}

/** Runs the program of a turn. The rollout with that turn, where it failed and may go on; null where it is over, which `finish` is told. */
export async function executeTurn(
  session: TurnSession, recorder: Pick<StepRecorder, 'earlier'>, rollout: GoingRollout, completion: SampledCompletion, { turn, last }: { turn: number; last: boolean },
  finish: (rollout: GoingRollout) => void
): Promise<GoingRollout | null> {
  const { slot } = rollout
  const turns = [...rollout.turns, { completion }]
  const cut = completion.stopReason === 'cancelled' || completion.stopReason === 'error'
  const execution = cut ? undefined : (recordedExecution(recorder, slot, turns, turn) ?? (await execute(session, slot, completion, turn)))
  const next = { ...rollout, turns, executions: execution ? [...rollout.executions, execution] : rollout.executions }
  if (execution && !last && completion.stopReason !== 'length' && hasFailed(execution)) return next
  if (!session.control.signal.aborted) finish(next)
  return null
}

/** Where the machine failed there is nothing to tell. */
const hasFailed = ({ failure, tests }: ExecutionRecord): boolean => failure === null && tests.some(({ verdict }) => verdict !== 'pass')

/** Undefined where there is no program, or where the environment failed: grading meets it again and says so. */
function execute(session: TurnSession, slot: RolloutSlot, { text }: SampledCompletion, turn: number): Promise<ExecutionRecord | undefined> {
  const { parts, control } = session
  return executeProgram(slot, text, { executor: parts.executor, signal: control.signal }, turn).catch(() => undefined)
}

/** Of a rollout that an earlier attempt at the step recorded and that began with the same tokens: it holds, nothing is executed again. */
function recordedExecution(recorder: Pick<StepRecorder, 'earlier'>, { group, sampleIndex, problem }: RolloutSlot, turns: readonly Turn[], turn: number): ExecutionRecord | undefined {
  const tokens = completionSoFar(turns)
  const began = recorder
    .earlier({ group, sampleIndex, problemId: problem.id })
    .filter(({ segments }) => tokens.every((token, t) => segments[0]!.tokens[t] === token))
  return began.flatMap(({ executions = [] }) => executions.filter((execution) => execution.turn === turn))[0]
}
