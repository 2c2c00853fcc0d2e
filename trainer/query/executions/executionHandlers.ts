import type { ExecutionRecord } from '../../protocol/execution.ts'
import { byIds } from '../placedRows.ts'
import type { Handlers } from '../queryHandlers.ts'
import type { QueryState } from '../queryState.ts'
import { readPlaced } from '../readPlaced.ts'
import { executionCard, testRows } from './executionViews.ts'
import { readExecutions } from './readExecutions.ts'

/** Answers about the programs of a rollout: how their executions went, their tests by range, one with all its texts. */
export function executionHandlers(state: QueryState): Pick<Handlers, 'rollouts/executions' | 'rollouts/tests' | 'rollouts/execution'> {
  const executions = async (run: string, id: string, signal: AbortSignal): Promise<readonly ExecutionRecord[]> =>
    (await readPlaced(state, run, () => byIds([id]), (placed) => readExecutions(placed, signal), signal))[0] ?? []
  const ofTurn = async (run: string, id: string, turn: number, signal: AbortSignal): Promise<ExecutionRecord | null> =>
    (await executions(run, id, signal)).find((execution) => execution.turn === turn) ?? null
  return {
    'rollouts/executions': async ({ run, id }, signal) => (await executions(run, id, signal)).map(executionCard),
    'rollouts/tests': async ({ run, id, turn, failing = false, offset, limit }, signal) => {
      const rows = testRows((await ofTurn(run, id, turn, signal))?.tests ?? []).filter(({ verdict }) => !failing || verdict !== 'pass')
      return { count: rows.length, tests: rows.slice(offset, offset + limit) }
    },
    'rollouts/execution': ({ run, id, turn }, signal) => ofTurn(run, id, turn, signal)
  }
}
