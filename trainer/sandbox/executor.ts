import type { ExecutionRecord, ExecutionTask, SandboxName } from '../protocol/execution.ts'

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
