import { setMaxListeners } from 'node:events'
import { availableParallelism } from 'node:os'
import { LabError } from '../errors.ts'
import type { CodeTask, ExecutionRecord, ExecutionTask, Limits } from '../protocol/execution.ts'
import { MOST_AT_A_TIME } from './atATime.ts'
import { createBatchDeadline } from './executing/batchDeadline.ts'
import { askedFor, chooseSandbox } from './executing/chooseSandbox.ts'
import type { Asked, Missing } from './executing/chooseSandbox.ts'
import { createExecutionQueue } from './executing/executionQueue.ts'
import { unlessOverdue } from './executing/overdue.ts'
import { withRetries } from './executing/retrying.ts'
import type { Executor, WorkspaceOutcome, WorkspaceRunner } from './executor.ts'
import type { ExecutionOutcome, Sandbox } from './sandbox.ts'
import { longestCall } from './stalls.ts'
import { callsOf, failureRecord, judgedRecord, workspaceRecord } from './verdicts/executionRecord.ts'
import type { ExecutionPlace } from './verdicts/executionRecord.ts'

export interface ExecutorOptions {
  /** In the order in which they are chosen. */
  readonly sandboxes: readonly [Sandbox, ...Sandbox[]]
  /** For tests of the user's own workspace. */
  readonly workspaces?: WorkspaceRunner
  /** Tries after a failure of the machine. */
  readonly retries: number
  /** Executions at a time; 0 = as many as keep the cores busy, or one a core where tests of a workspace may come, which take whole cores. */
  readonly concurrency: number
  /** Seconds that executions which come together may take in all; what is not over then is the machine's failure. 0 = as long as their limits allow. */
  readonly batchSeconds?: number
  /** In place of those that a task asks for. */
  readonly limits?: Partial<Limits>
  /** What would make a task possible that no backend takes. */
  readonly remedy?: string
  /** Before the first retry; doubled for each further one. */
  readonly pauseSeconds?: number
  readonly seconds?: () => number
}

const REMEDY = 'Run `lab doctor`: it says which sandboxes work here and what the others need.'

/** Executes on the first backend that takes a task, some at a time, and judges what came of it. */
export function createExecutor(options: ExecutorOptions): Executor {
  const { sandboxes, workspaces, seconds = () => performance.now() / 1000 } = options
  const queue = createExecutionQueue(options.concurrency || (workspaces ? availableParallelism() : MOST_AT_A_TIME), seconds)
  const deadline = createBatchDeadline(options.batchSeconds ?? 0)
  const counts = { executions: 0, failures: 0, retries: 0 }
  const choose = (task: Asked): Sandbox | Missing =>
    chooseSandbox(sandboxes, task, { hasWorkspaces: workspaces !== undefined, remedy: options.remedy ?? REMEDY })

  const execute = async (task: ExecutionTask, sandbox: Sandbox, turn: number, signal: AbortSignal | undefined): Promise<ExecutionRecord> => {
    const batch = deadline.enter()
    try {
      return await executeWithin(task, sandbox, turn, batch && signal ? AbortSignal.any([batch, signal]) : (batch ?? signal))
    } catch (error) {
      if (!batch?.aborted || signal?.aborted) throw error
      return failureRecord(task, `Not over ${options.batchSeconds} s after the first execution of its batch. Raise execution.batchSeconds, or lower the limits.`, { turn, backend: sandbox.name, queueSeconds: 0, retries: 0 })
    } finally {
      deadline.leave()
    }
  }
  const executeWithin = async (task: ExecutionTask, sandbox: Sandbox, turn: number, signal: AbortSignal | undefined): Promise<ExecutionRecord> => {
    const queueSeconds = await queue.take(signal)
    try {
      const tries = { retries: options.retries, pauseSeconds: options.pauseSeconds ?? 0.2, signal }
      const { retries, ...tried } = await withRetries(() => executeOnce(task, sandbox, workspaces, signal), tries)
      counts.retries += retries
      return recordOf(task, tried, { turn, backend: sandbox.name, queueSeconds, retries })
    } finally {
      queue.giveBack()
    }
  }
  return {
    run: async (asked, { turn = 1, signal } = {}) => {
      // Every execution of a batch listens to the same signal.
      if (signal) setMaxListeners(0, signal)
      const task = { ...asked, limits: { ...asked.limits, ...options.limits } }
      const chosen = choose(askedFor(task))
      const record = 'missing' in chosen
        ? failureRecord(task, `${chosen.missing} ${chosen.remedy}`, { turn, backend: sandboxes[0].name, queueSeconds: 0, retries: 0 })
        : await execute(task, chosen, turn, signal)
      counts.executions += 1
      counts.failures += record.failure === null ? 0 : 1
      return record
    },
    backendFor: (task) => {
      const chosen = choose(task)
      return 'missing' in chosen ? chosen : { backend: chosen.name }
    },
    statistics: () => ({ ...counts, busySeconds: queue.busySeconds() }),
    close: async () => {
      try {
        await workspaces?.close()
      } finally {
        await Promise.all(sandboxes.map((sandbox) => sandbox.close()))
      }
    }
  }
}

/** A backend that hangs is given up after this, beyond all that the candidate may take; a gold query comes with each query. */
const GRACE_SECONDS = 60

type Outcome = { readonly kind: 'code'; readonly outcome: ExecutionOutcome } | { readonly kind: 'workspace'; readonly outcome: WorkspaceOutcome }

async function executeOnce(task: ExecutionTask, sandbox: Sandbox, workspaces: WorkspaceRunner | undefined, signal: AbortSignal | undefined): Promise<Outcome> {
  if (task.kind === 'workspace') {
    const test = (inner: AbortSignal): Promise<WorkspaceOutcome> => requireWorkspaces(workspaces).test(task, sandbox, inner)
    return { kind: task.kind, outcome: await unlessOverdue(3 * task.limits.wallSeconds + GRACE_SECONDS, signal, test) }
  }
  const { language, files, limits } = task
  const request = { language, files, calls: callsOf(task), limits }
  const outcome = await unlessOverdue(2 * task.tests.length * longestCall(limits) + GRACE_SECONDS, signal, (inner) => sandbox.execute(request, inner))
  return { kind: task.kind, outcome }
}

/** Never throws: what cannot be judged is the machine's failure. */
function recordOf(task: ExecutionTask, tried: { readonly value: Outcome } | { readonly failure: string }, place: ExecutionPlace): ExecutionRecord {
  if ('failure' in tried) return failureRecord(task, tried.failure, place)
  try {
    if (tried.value.kind === 'workspace') return workspaceRecord(task, tried.value.outcome, place)
    return judgedRecord(task as CodeTask, tried.value.outcome, place)
  } catch (error) {
    return failureRecord(task, `The outcome could not be judged: ${error instanceof Error ? error.message : String(error)}`, place)
  }
}

function requireWorkspaces(workspaces: WorkspaceRunner | undefined): WorkspaceRunner {
  if (workspaces) return workspaces
  throw new LabError('sandbox', 'sandbox/unsupported', 'Tests of a workspace cannot be run here.', { remedy: REMEDY })
}

