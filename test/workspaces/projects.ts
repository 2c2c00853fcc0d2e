import { join } from 'node:path'
import { symlinkSync } from 'node:fs'
import { WorkspaceTask } from '../../trainer/protocol/execution.ts'
import type { TamperKind } from '../../trainer/protocol/execution.ts'
import type { WorkspaceOutcome } from '../../trainer/sandbox/executor.ts'
import { plainSandbox } from '../../trainer/workspaces/plainSandbox.fixture.ts'
import { commitAll } from '../../trainer/workspaces/repository.fixture.ts'
import { createWorkspaceRunner } from '../../trainer/workspaces/workspaceRunner.ts'
import { pythonWithPytest, root, scratchFolder } from './places.ts'

/** A project of one module with its tests, made for what its tests compare. */
export interface Project {
  readonly files: Readonly<Record<string, string>>
  readonly file: string
  readonly testFile: string
  readonly tests: readonly string[]
}

export interface Judged {
  /** Names of tests that pass. */
  readonly passed: readonly string[]
  readonly signals: readonly TamperKind[]
}

/** Judges texts of the module in plain processes; what the commit holds is its solution unless `files` says otherwise. */
export function openProject({ files, file, testFile, tests }: Project) {
  const repository = scratchFolder()
  const python = pythonWithPytest()
  const commit = commitAll(repository, { '.gitignore': 'node_modules\n', ...files }, 'first')
  symlinkSync(join(root, 'node_modules'), join(repository, 'node_modules'), 'junction')
  const runner = createWorkspaceRunner({ pythons: python === undefined ? [] : [python], trusts: () => true, copiesFolder: scratchFolder() })
  const attempt = (text: string, boundary: WorkspaceTask['boundary']): Promise<WorkspaceOutcome> => runner.test(WorkspaceTask.parse({
    kind: 'workspace', repository, commit, folder: '', files: [{ path: file, text }], editable: [file], runner: { name: file.endsWith('.py') ? 'pytest' : 'mocha' },
    boundary, testFiles: [testFile], failToPass: tests, passToPass: []
  }), plainSandbox())
  return {
    close: () => runner.close(),
    original: files[file]!,
    attempt,
    async judge(text: string, boundary: WorkspaceTask['boundary']): Promise<Judged> {
      const outcome = await attempt(text, boundary)
      return { passed: outcome.tests.filter(({ verdict }) => verdict === 'pass').map(({ name }) => name), signals: [...new Set(outcome.signals.map(({ kind }) => kind))] }
    }
  }
}
