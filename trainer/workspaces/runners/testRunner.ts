import type { WorkspaceTask } from '../../protocol/execution.ts'
import type { Dependencies, Python } from '../attempts/dependencies.ts'

/** How a runner said that a test went. */
export interface TestResult {
  readonly name: string
  readonly status: 'passed' | 'failed' | 'skipped'
  /** Relative to the project; absent where the runner does not tell. */
  readonly file?: string
  readonly seconds: number
  /** What was written while it ran; absent where the runner does not tell. */
  readonly output?: string
  readonly failure?: {
    readonly kind: 'assertion' | 'exception' | 'timeout'
    readonly message: string
    readonly expected?: string | undefined
    readonly got?: string | undefined
  }
}

/** What is known of a run of tests. */
export interface TestReport {
  readonly results: readonly TestResult[]
  /** Names of tests that began. */
  readonly began: readonly string[]
  /** The runner came to its end. */
  readonly finished: boolean
  /** The tests reached the candidate's process. */
  readonly connected: boolean
  /** Why the boundary to the candidate's process broke, where it did. */
  readonly boundary: string | null
  /** What the attempt did besides giving data, as the boundary names it; see `Grant`. */
  readonly needs: readonly string[]
  /** What the candidate printed while it answered, in all. */
  readonly printed: string
}

/** What a runner may use to make its command. */
export interface RunnerPlace {
  readonly runtime: string
  readonly dependencies: Dependencies
  readonly python: () => Promise<Python>
}

/** A command that runs tests, to be given in the project's folder of a copy. */
export interface RunnerCommand {
  readonly command: readonly string[]
  readonly readable: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

/** A program that runs tests. */
export interface TestRunner {
  command(task: WorkspaceTask, place: RunnerPlace): Promise<RunnerCommand>
  /** Path, relative to the project's folder, of a file that the runner writes; absent where a reporter of ours tells the results line by line. */
  readonly reportFile?: (task: WorkspaceTask) => string
  /** Results of the file, or of our reporter's lines. Never throws: what cannot be read is no result. */
  readonly parse: (text: string, project: string) => TestReport
}

export const NO_REPORT: TestReport = { results: [], began: [], finished: false, connected: false, boundary: null, needs: [], printed: '' }
