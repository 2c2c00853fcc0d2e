import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { WorkspaceTask } from '../../trainer/protocol/execution.ts'
import type { WorkspaceOutcome } from '../../trainer/sandbox/executor.ts'
import type { Sandbox } from '../../trainer/sandbox/sandbox.ts'
import { createWorkspaceRunner } from '../../trainer/workspaces/workspaceRunner.ts'
import type { OpenWorkspaceRunner } from '../../trainer/workspaces/workspaceRunner.ts'
import { commitsOf, pythonWithPytest, sampleWorkspace, scratchFolder } from './places.ts'
import type { SampleName } from './places.ts'

/** A module of a sample with tests that all pass as it is. */
export interface Target {
  readonly file: string
  readonly testFile: string
  readonly tests: readonly string[]
  readonly boundary: WorkspaceTask['boundary']
}

/** A sample's project with a runner for attempts at it. */
export interface Workplace {
  readonly sample: SampleName
  readonly repository: string
  readonly commit: string
  readonly copiesFolder: string
  readonly runner: OpenWorkspaceRunner
}

export function openWorkplace(sample: SampleName, { repository = sampleWorkspace(sample), copiesFolder = scratchFolder() } = {}): Workplace {
  const python = pythonWithPytest()
  const runner = createWorkspaceRunner({ pythons: python === undefined ? [] : [python], trusts: () => true, copiesFolder })
  return { sample, repository, commit: commitsOf(repository)[0]!, copiesFolder, runner }
}

export const originalText = ({ repository }: Workplace, { file }: Target): string => readFileSync(join(repository, file), 'utf8')

/** An attempt that writes the target's module as this text. */
export function attempt(place: Workplace, target: Target, text: string, sandbox: Sandbox, more: Partial<WorkspaceTask> & { readonly signal?: AbortSignal } = {}): Promise<WorkspaceOutcome> {
  const { repository, commit, sample, runner } = place
  const { signal, ...changed } = more
  const task = WorkspaceTask.parse({
    kind: 'workspace', repository, commit, folder: '', files: [{ path: target.file, text }], editable: [target.file], runner: { name: sample === 'workspace-mocha' ? 'mocha' : 'pytest' },
    boundary: target.boundary, testFiles: [target.testFile], failToPass: target.tests, passToPass: [], ...changed
  })
  return runner.test(task, sandbox, signal)
}
