import { LabError } from '../errors.ts'
import type { WorkspaceTask } from '../protocol/execution.ts'
import type { WorkspaceRunner } from '../sandbox/executor.ts'
import { dependenciesOf, findPython } from './attempts/dependencies.ts'
import type { Python } from './attempts/dependencies.ts'
import { refuseChange } from './attempts/judgeAttempt.ts'
import { createOriginalNeeds } from './attempts/originalNeeds.ts'
import type { RunsAttempts } from './attempts/originalNeeds.ts'
import { forbiddenChange } from './attempts/patchRules.ts'
import { runAttempt } from './attempts/runAttempt.ts'
import { runtimeFolder } from './attempts/runtime.ts'
import { testAttempt } from './attempts/testAttempt.ts'
import { defaultCopiesFolder } from './copies/copiesFolder.ts'
import { createCopyPool } from './copies/copyPool.ts'
import type { CopyPool } from './copies/copyPool.ts'
import type { Attempting } from './problems/verifyProblem.ts'

/** The runner, with attempts before they are judged, for making problems. */
export interface OpenWorkspaceRunner extends WorkspaceRunner {
  readonly attempt: Attempting
}

export interface WorkspaceRunnerSettings {
  /** Pythons of this machine and program, in the order of preference; a workspace never names one. */
  readonly pythons: readonly string[]
  /** Whether git may be asked about a repository, which runs what the repository configures. */
  trusts(repository: string): boolean
  /** Where copies lie meanwhile. */
  readonly copiesFolder?: string
}

/**
 * Runs the tests of workspaces at pinned commits on what candidates wrote. The user's tree is never written, its repository only read
 * for objects. Copies are made when the first task comes.
 */
export function createWorkspaceRunner(settings: WorkspaceRunnerSettings): OpenWorkspaceRunner {
  let pool: CopyPool | undefined
  let python: Promise<Python> | undefined
  const findOnce = (): Promise<Python> => (python ??= findPython(settings.pythons))
  const run: RunsAttempts = async (task, sandbox, options) => {
    requireTrust(task, settings)
    pool ??= createCopyPool(settings.copiesFolder ?? defaultCopiesFolder())
    return runAttempt(task, sandbox, pool, { runtime: runtimeFolder(), dependencies: dependenciesOf(task.repository, task.folder), python: findOnce }, options)
  }
  const originals = createOriginalNeeds(run)
  return {
    attempt: (task, sandbox, signal) => run(task, sandbox, { signal }),
    async test(task, sandbox, signal) {
      const why = forbiddenChange(task)
      return why === null ? testAttempt(task, sandbox, run, originals, signal) : refuseChange(task, why)
    },
    async close() {
      pool?.close()
      pool = undefined
    }
  }
}

function requireTrust({ repository }: WorkspaceTask, { trusts }: WorkspaceRunnerSettings): void {
  if (trusts(repository)) return
  throw new LabError('trust', 'trust/git', `Git is not asked about ${repository}: it runs what a repository configures, and this one is not trusted.`, {
    remedy: 'Start the run from a run file in that repository, in a trusted workspace, and without --no-git; give `lab resume` --trust-workspace, and eval, score, redteam and execute --git with its folder.',
    place: repository
  })
}
