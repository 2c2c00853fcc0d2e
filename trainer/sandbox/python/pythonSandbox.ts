import type { SandboxName } from '../../protocol/execution.ts'
import { MOST_AT_A_TIME } from '../atATime.ts'
import { asInfrastructure } from '../pool/failures.ts'
import { createPool } from '../pool/pool.ts'
import { refuseUnsupported } from '../refuseUnsupported.ts'
import type { CommandOutcome, CommandRequest, ExecutionOutcome, ExecutionRequest, Sandbox } from '../sandbox.ts'
import { PythonWorker } from './pythonWorker.ts'
import type { WorkerLaunch } from './pythonWorker.ts'

export const PYTHON = { languages: ['python'], styles: ['call', 'stdin'] } as const satisfies Pick<Sandbox, 'languages' | 'styles'>

export interface PythonSandboxOptions {
  readonly name: SandboxName
  /** A worker to be started; each has what it needs for itself. */
  readonly launch: () => Promise<WorkerLaunch> | WorkerLaunch
  /** Workers kept warm; default one a core and one more, since each waits for the trainer between two candidates. */
  readonly workers?: number | undefined
  readonly queueLimit?: number | undefined
  readonly run?: (request: CommandRequest, signal?: AbortSignal) => Promise<CommandOutcome>
}

/** Python candidates in warm workers, and where the backend can, programs of the machine. */
export function createPythonSandbox({ name, launch, workers, queueLimit, run }: PythonSandboxOptions): Sandbox {
  const pool = createPool({ size: workers ?? MOST_AT_A_TIME, queueLimit: queueLimit ?? 10_000, start: async () => PythonWorker.start(await launch()) })
  const execute = async (request: ExecutionRequest, signal?: AbortSignal): Promise<ExecutionOutcome> => {
    refuseUnsupported({ name, ...PYTHON }, request)
    const { value, queueSeconds } = await pool.use(async (worker) => {
      const started = performance.now()
      return { ...(await worker.serve(request)), seconds: (performance.now() - started) / 1000 }
    }, { seconds: patience(request), signal }).catch(asInfrastructure)
    return { ...value, queueSeconds }
  }
  return { name, ...PYTHON, execute, ...(run && { run }), close: () => pool.close() }
}

/** The worker keeps the deadline of each call, one of which it may make twice; this one guards against the worker. */
const patience = ({ calls, limits }: ExecutionRequest): number => (calls.length + 1) * (limits.wallSeconds + 1) + 60
