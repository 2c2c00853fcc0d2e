import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../../errors.ts'
import type { WorkspaceTask } from '../../protocol/execution.ts'
import type { CommandRequest } from '../../sandbox/sandbox.ts'
import { nodeCommand } from '../runners/nodeProgram.ts'
import type { RunnerCommand, RunnerPlace } from '../runners/testRunner.ts'
import { stubKindOf } from './stubs.ts'

/** Lines that the boundary and our reporters write, in the project's folder of the tests' copy. */
export const REPORT_LINES = '.rollout-lab-report.jsonl'

/** What an attempt may do besides giving data, where not everything that the task's boundary lets in is granted. */
export interface Grant {
  /** As the boundary told them of a run of the original: what its exports give, change and answer for. */
  readonly needs: readonly string[]
  /** Whether the original solves the task, so that nothing else is needed. */
  readonly solved: boolean
}

/** Where the parts of an attempt lie. */
export interface AttemptPlaces extends RunnerPlace {
  readonly tests: string
  readonly candidate: string
  readonly pipes: string
}

/** The run of the tests: everything in it is of the pinned commit but the stubs. */
export function testsRequest(task: WorkspaceTask, { command, readable, environment }: RunnerCommand, places: AttemptPlaces, grant?: Grant): CommandRequest {
  const { runtime, dependencies, tests, pipes } = places
  const folder = path.join(tests, task.folder)
  const pythonPath = [runtime, ...pythonPaths(tests, task), ...dependencies.packages].join(path.delimiter)
  return {
    command, folder, limits: task.limits,
    readable: [tests, runtime, pipes, ...dependencies.readable, ...readable],
    environment: {
      ...environment, ...boundary(task, places), ...(grant === undefined ? {} : { LAB_NEEDS: JSON.stringify(grant) }), LAB_TESTS: tests,
      LAB_REPORT: path.join(folder, REPORT_LINES), PYTHONPATH: pythonPath, PYTHONDONTWRITEBYTECODE: '1', CI: '1'
    }
  }
}

/** The candidate's process: its modules and nothing of the tests. */
export async function candidateRequest(task: WorkspaceTask, places: AttemptPlaces): Promise<CommandRequest> {
  const { dependencies, candidate, pipes } = places
  const { command, readable, environment } = await hostOf(task, places)
  return {
    command, folder: path.join(candidate, task.folder), limits: task.limits,
    readable: [candidate, places.runtime, pipes, ...dependencies.readable, ...readable],
    environment: { ...environment, ...boundary(task, places), PYTHONDONTWRITEBYTECODE: '1' }
  }
}

const boundary = (task: WorkspaceTask, { pipes }: AttemptPlaces): Record<string, string> => ({ LAB_PIPES: pipes, LAB_BOUNDARY: task.boundary })

async function hostOf(task: WorkspaceTask, places: AttemptPlaces): Promise<RunnerCommand> {
  const kinds = new Set(task.editable.map((file) => (stubKindOf(file, 'module') === 'python' ? 'python' : 'node')))
  if (kinds.size > 1) {
    throw new LabError('environment', 'workspace/no-boundary', 'A change of both Python and JavaScript files cannot be kept apart from the tests.', {
      remedy: 'Make problems whose files are of one language.'
    })
  }
  return kinds.has('python') ? pythonHost(task, places) : nodeHost(task, places)
}

async function pythonHost(task: WorkspaceTask, { runtime, python, dependencies, candidate, pipes }: AttemptPlaces): Promise<RunnerCommand> {
  const { program, readable } = await python()
  const paths = [...pythonPaths(candidate, task), ...dependencies.packages]
  return { command: [program, '-m', 'lab_boundary.host', pipes, candidate, ...paths], readable, environment: { PYTHONPATH: runtime } }
}

function nodeHost(task: WorkspaceTask, { runtime, dependencies, candidate, pipes }: AttemptPlaces): RunnerCommand {
  const typed = task.editable.some((file) => /\.[cm]?ts$/.test(file)) ? ['--import', typesRemover(dependencies.nodeModules)] : []
  return { ...nodeCommand(), command: [process.execPath, ...typed, path.join(runtime, 'host.cjs'), pipes, candidate] }
}

function typesRemover(nodeModules: readonly string[]): string {
  const found = nodeModules.map((folder) => path.join(folder, 'tsx', 'dist', 'loader.mjs')).find((file) => fs.existsSync(file))
  if (found !== undefined) return found
  throw new LabError('sandbox', 'sandbox/unsupported', 'TypeScript files run with tsx, which the project has not installed.', {
    remedy: 'Install it in the project: npm install --save-dev tsx.'
  })
}

function pythonPaths(copy: string, task: WorkspaceTask): string[] {
  const project = path.join(copy, task.folder)
  return [project, path.join(project, 'src')].filter((folder) => fs.existsSync(folder))
}
