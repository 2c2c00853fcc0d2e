import path from 'node:path'
import { LabError } from '../../errors.ts'
import { WorkspaceTask } from '../../protocol/execution.ts'
import type { ProgramFile } from '../../protocol/execution.ts'
import { wasRefused } from '../attempts/judgeAttempt.ts'
import { isTestFile } from '../attempts/patchRules.ts'
import { canBeApart } from '../attempts/stubs.ts'
import { listTree, readFileAt } from '../git/objects.ts'
import type { MadeProblem } from './fromFunction.ts'
import { boundaryAskedFor, leastBoundary } from './leastBoundary.ts'
import type { Boundary, Tried } from './leastBoundary.ts'
import { committedFile } from './project.ts'
import type { Project } from './project.ts'
import { resultsOf } from './verifyProblem.ts'
import type { Verifying } from './verifyProblem.ts'

export interface FailingTest {
  /** The test file, on the disk. */
  readonly file: string
  /** Only the tests whose full name holds this. */
  readonly name?: string
  /** Files that may change, relative to the repository; default: those that the test file imports. */
  readonly editable?: readonly string[]
}

/**
 * The problem of making failing tests pass. Nobody has solved it, so only half can be verified: that they fail now and that the others
 * pass twice. What may cross the boundary is as little as the code that is there needs and the test's words ask for. Throws `workspace/nothing-fails`, `workspace/uncommitted`, `workspace/nothing-to-edit`.
 */
export async function problemFromFailingTest(project: Project, test: FailingTest, { attempt, sandbox, wallSeconds }: Verifying, signal?: AbortSignal): Promise<MadeProblem> {
  const { commit, path: testPath, text } = await committedFile(project, test.file)
  const files = await filesToEdit(project, commit, testPath, text, test.editable)
  const testFiles = [path.posix.relative(project.folder, testPath)]
  const base = { ...project, commit, files, editable: files.map((file) => file.path), testFiles }
  const run = async (boundary: Boundary): Promise<Tried & { readonly results: ReadonlyMap<string, boolean> }> => {
    const task = WorkspaceTask.parse({ kind: 'workspace', ...base, boundary, failToPass: ['-'], passToPass: [] })
    const { report } = await attempt({ ...task, limits: { ...task.limits, wallSeconds, cpuSeconds: wallSeconds } }, sandbox, signal)
    const results = new Map(resultsOf(report, testFiles).map(({ name, status }) => [name, status === 'passed']))
    const passed = [...results].filter(([, passes]) => passes).map(([name]) => name)
    return { results, passed: new Set(passed), refused: wasRefused(report) }
  }
  const { boundary, tried: { results } } = await leastBoundary(run, boundaryAskedFor(testPath, text, base.editable))
  const { results: again } = await run(boundary)
  const failToPass = [...results].filter(([name, passed]) => !passed && again.get(name) === false && name.includes(test.name ?? '')).map(([name]) => name)
  const passToPass = [...results].filter(([name, passed]) => passed && again.get(name) === true).map(([name]) => name)
  if (failToPass.length === 0) throw nothingFails(testPath, test.name, results.size)
  return { version: 1, made: 'failingTest', title: failToPass[0]!, ...base, boundary, failToPass, passToPass }
}

async function filesToEdit(project: Project, commit: string, testPath: string, text: string, asked: readonly string[] | undefined): Promise<ProgramFile[]> {
  const known = new Set((await listTree(project.repository, commit)).map((entry) => entry.path))
  const places = asked ?? importedBy(testPath, text, project.folder).flatMap((options) => options.find((place) => known.has(place)) ?? [])
  const editable = [...new Set(places)].filter((place) => known.has(place) && canBeApart(place) && !isTestFile(place))
  if (editable.length === 0) {
    throw new LabError('environment', 'workspace/nothing-to-edit', `${testPath} imports no file of the project that could be changed.`, {
      remedy: 'Name the files that may change with --edit.', place: testPath
    })
  }
  return Promise.all(editable.map(async (place) => ({ path: place, text: (await readFileAt(project.repository, commit, place)) ?? '' })))
}

const SCRIPT_IMPORT = /\b(?:from|import|require\()\s*['"](\.[^'"]+)['"]/g
const PYTHON_IMPORT = /^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+([^\n#]+)|import[ \t]+([\w.]+))/gm

/** Paths that each import of a test file may mean, relative to the repository. */
function importedBy(file: string, text: string, folder: string): string[][] {
  if (!file.endsWith('.py')) {
    return [...text.matchAll(SCRIPT_IMPORT)].map(([, name]) => {
      const base = path.posix.join(path.posix.dirname(file), name!)
      const stem = base.replace(/\.[cm]?js$/, '')
      return [base, ...['.ts', '.js', '.mts', '.mjs', '.cts', '.cjs', '/index.ts', '/index.js'].map((end) => stem + end)]
    })
  }
  return [...text.matchAll(PYTHON_IMPORT)].flatMap(([, from, names, whole]) => {
    const modules = from === undefined ? [whole!] : [from, ...names!.split(',').map((name) => `${from}.${name.trim().split(/\s/)[0]}`)]
    return modules.map((module) => ['', 'src/'].map((root) => path.posix.join(folder, root, `${module.replaceAll('.', '/')}.py`)))
  })
}

const named = (name: string | undefined): string => (name === undefined ? '' : ` whose name holds ${JSON.stringify(name)}`)

const nothingFails = (file: string, name: string | undefined, count: number): LabError =>
  new LabError('environment', 'workspace/nothing-fails', `None of the ${count} tests of ${file}${named(name)} fails at the current commit.`, {
    remedy: 'Commit the failing test, or make a problem from a function or from the history.', place: file
  })
