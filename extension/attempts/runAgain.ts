import * as vscode from 'vscode'
import { ExecutionRecord } from '../../trainer/protocol/execution.ts'
import type { AttemptPlace, RunAgain } from '../../webviews/protocol/inspector.ts'
import type { Queries } from '../contracts/queries.ts'
import type { Consents, LabCommand, LabEnd } from '../contracts/trainers.ts'
import { withConsents } from '../starting/consent.ts'
import { consentFlags } from '../starting/consentFlags.ts'
import { gitFlags } from '../starting/gitFlags.ts'
import { labWords } from '../trainers/labError.ts'
import { AttemptError } from './attemptError.ts'
import { compareExecutions } from './compareExecutions.ts'

interface Parts {
  readonly lab: LabCommand
  readonly queries: Pick<Queries, 'ask'>
}

/** Executes a recorded attempt in the sandbox, in a trusted workspace only; nothing is recorded. */
export async function runAgain({ lab, queries }: Parts, place: AttemptPlace, signal: AbortSignal): Promise<RunAgain> {
  if (!vscode.workspace.isTrusted) throw new AttemptError('Running it would execute code, and this workspace is in Restricted Mode.', 'Trust the workspace to run attempts again.')
  const asking = { lab, file: place.run, asks: ['sandbox/no-backend'] } as const
  const executing = withConsents(asking, (consents) => execute(lab, place, consents, signal))
  const [recorded, execution] = await Promise.all([queries.ask('rollouts/execution', place), executing])
  if (execution) return compareExecutions(recorded, execution)
  throw new AttemptError('It was not run: no sandbox works here for this program.', 'Check Setup says what would mend that.')
}

async function execute(lab: LabCommand, { run, id, turn }: AttemptPlace, consents: Consents, signal: AbortSignal): Promise<ExecutionRecord> {
  let answer: unknown
  const args = ['execute', run, '--rollout', id, '--turn', String(turn), ...gitFlags(), ...consentFlags(consents)]
  const end = await lab.run(args, { cwd: run, onLine: (line) => (answer = line), signal })
  const execution = end.code === 0 ? ExecutionRecord.safeParse((answer as { execution?: unknown } | undefined)?.execution).data : undefined
  if (execution) return execution
  throw notExecuted(end)
}

function notExecuted({ code, errors, errorCode }: LabEnd): AttemptError {
  const said = labWords({ errors }).slice(0, 2000)
  return new AttemptError(said || `The execution ended with code ${code}.`, 'Check Setup says which sandboxes work here.', errorCode)
}
