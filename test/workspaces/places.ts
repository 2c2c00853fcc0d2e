import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { makeWorkspace } from '../../samples/workspace-history.mjs'

export const root = fileURLToPath(new URL('../..', import.meta.url))

const scratchFolders: string[] = []
process.once('exit', () => scratchFolders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

/** A fresh folder, removed when the tests of the file have run. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rollout-lab-workspaces-test-'))
  scratchFolders.push(folder)
  return folder
}

export type SampleName = 'workspace-mocha' | 'workspace-pytest'

/** The sample's project with its history, its dependencies linked. */
export function sampleWorkspace(sample: SampleName): string {
  const folder = join(scratchFolder(), sample)
  makeWorkspace(sample, folder, { nodeModules: join(root, 'node_modules') })
  return folder
}

export const commitsOf = (repository: string): string[] => execFileSync('git', ['rev-list', 'HEAD'], { cwd: repository, encoding: 'utf8' }).trim().split('\n')

/** The first Python of the machine that has pytest, or undefined. */
export function pythonWithPytest(): string | undefined {
  const candidates = [process.env['ROLLOUT_LAB_PYTHON'], join(root, '.venv', 'bin', 'python'), 'python3'].filter((one) => one !== undefined)
  return candidates.find((python) => (python === 'python3' || existsSync(python)) && spawnSync(python, ['-c', 'import pytest'], { stdio: 'ignore' }).status === 0)
}
