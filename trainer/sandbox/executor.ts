import type { ExecutionRecord, ExecutionTask, SandboxName, WorkspaceTask } from '../protocol/execution.ts'
import type { Sandbox } from './sandbox.ts'

/** What one attempt at a workspace showed: the record but for what the executor adds. */
export type WorkspaceOutcome = Pick<ExecutionRecord, 'tests' | 'signals' | 'limitsHit' | 'seconds'>

/**
 * Tests a change of a workspace in a copy of its own. Given to the executor from above, since copies of repositories are no matter
 * of sandboxes. Nothing that the candidate does rejects; the machine's failures reject as those of a sandbox do.
 */
export interface WorkspaceRunner {
  test(task: WorkspaceTask, sandbox: Sandbox, signal?: AbortSignal): Promise<WorkspaceOutcome>
  /** Leaves no copies behind. */
  close(): Promise<void>
}

/** Counts since the executor was made. */
export interface ExecutorStatistics {
  readonly executions: number
  /** Executions whose record is a failure of the infrastructure. */
  readonly failures: number
  readonly retries: number
  readonly busySeconds: number
}

/**
 * Runs candidates and judges them. The verdict is computed here, outside of the candidate. Never rejects but for a cancellation:
 * what the machine could not do, after retries, is a record with `failure` and null verdicts.
 */
export interface Executor {
  run(task: ExecutionTask, options?: { readonly turn?: number; readonly signal?: AbortSignal }): Promise<ExecutionRecord>
  /** The backend that would run it, or why none can. */
  backendFor(task: Pick<ExecutionTask, 'kind'> & { readonly language?: string }): { readonly backend: SandboxName } | { readonly missing: string; readonly remedy: string }
  statistics(): ExecutorStatistics
  close(): Promise<void>
}
