import { realpathSync } from 'node:fs'
import path from 'node:path'
import { openSandboxes } from '../sandbox/executing/openSandboxes.ts'
import type { Sandbox, SandboxBackend } from '../sandbox/sandbox.ts'
import type { Attempting } from '../workspaces/problems/verifyProblem.ts'
import { createWorkspaceRunner } from '../workspaces/workspaceRunner.ts'
import type { OpenWorkspaceRunner } from '../workspaces/workspaceRunner.ts'

/** What problems of a workspace are made with. */
export interface ProblemTools {
  readonly attempt: Attempting
  readonly sandbox: Sandbox
  close(): Promise<void>
}

/** @param pythons in the order of preference; a workspace never names one. */
export async function openProblemTools(backends: readonly SandboxBackend[], pythons: readonly string[]): Promise<ProblemTools> {
  const { sandboxes } = await openSandboxes(backends, [{ kind: 'workspace' }])
  const runner = createWorkspaceRunner({ pythons, trusts: () => true })
  return {
    attempt: runner.attempt,
    sandbox: sandboxes.find(({ run }) => run !== undefined) ?? sandboxes[0],
    close: async () => {
      await runner.close()
      await Promise.all(sandboxes.map((sandbox) => sandbox.close()))
    }
  }
}

/** The runner of a command about a run file. Only repositories that a trusted folder lies in or holds are trusted: a file of problems cannot name another. */
export const workspaceRunnerOf = (trusted: readonly string[], pythons: readonly string[]): OpenWorkspaceRunner =>
  createWorkspaceRunner({ pythons, trusts: (repository) => trusted.some((folder) => isRelated(real(folder), real(repository))) })

const isRelated = (a: string, b: string): boolean => isWithin(a, b) || isWithin(b, a)

function isWithin(folder: string, place: string): boolean {
  const from = path.relative(folder, place)
  return from === '' || (!from.startsWith('..') && !path.isAbsolute(from))
}

function real(place: string): string {
  try {
    return realpathSync(place)
  } catch {
    // What does not exist is read by nobody.
    return path.resolve(place)
  }
}

/** Pythons that may run tests: the program's own, then the machine's. */
export const machinePythons = (ofProject: string | undefined): string[] => [process.env['ROLLOUT_LAB_PYTHON'], ofProject, 'python3', 'python'].filter((one) => one !== undefined && one !== '') as string[]
