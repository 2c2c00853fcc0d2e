import type { OpenEnvironment } from '../environments/registry.ts'
import { sampleTasks } from '../orchestrator/programs.ts'
import type { Execution } from '../protocol/runFile.ts'
import { MOST_AT_A_TIME } from '../sandbox/atATime.ts'
import { createExecutor } from '../sandbox/createExecutor.ts'
import { askedFor } from '../sandbox/executing/chooseSandbox.ts'
import { openSandboxes } from '../sandbox/executing/openSandboxes.ts'
import type { Executor, WorkspaceRunner } from '../sandbox/executor.ts'
import type { SandboxBackend } from '../sandbox/sandbox.ts'

/** What an executor is opened for. */
export interface ExecutorNeeds {
  readonly environments: readonly OpenEnvironment[]
  readonly execution: Execution
  readonly seed: number
}

export interface ExecutorMachine {
  readonly backends: () => readonly SandboxBackend[]
  readonly workspaces?: () => WorkspaceRunner
}

/** The executor of a command: nothing is tried or started before something is to be executed. Whoever opens closes. */
export class RunExecutor {
  readonly #machine: ExecutorMachine
  readonly #opened: Promise<Executor>[] = []

  constructor(machine: ExecutorMachine) {
    this.#machine = machine
  }

  /** undefined where no environment has programs. @throws LabError `sandbox/no-backend`. */
  async open({ environments, execution, seed }: ExecutorNeeds): Promise<Executor | undefined> {
    const tasks = sampleTasks(environments, seed).map(({ task }) => task)
    if (tasks.length === 0) return undefined
    const opening = this.#create(tasks.map(askedFor), execution, tasks.some(({ kind }) => kind === 'workspace'))
    this.#opened.push(opening)
    return opening
  }

  async #create(asked: Parameters<typeof openSandboxes>[1], { retries, batchSeconds, concurrency, limits }: Execution, workspaces: boolean): Promise<Executor> {
    const open = await openSandboxes(this.#machine.backends(), asked)
    const runner = workspaces ? this.#machine.workspaces?.() : undefined
    // Backends keep as many workers: waiting for one must not count against a program's time.
    return createExecutor({ ...open, retries, batchSeconds, concurrency: Math.min(concurrency, MOST_AT_A_TIME), limits, ...(runner && { workspaces: runner }) })
  }

  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#opened.splice(0))
    await Promise.all(opened.map((one) => (one.status === 'fulfilled' ? one.value.close() : undefined)))
  }
}
