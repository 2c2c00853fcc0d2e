import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../../errors.ts'
import type { WorkspaceTask } from '../../protocol/execution.ts'
import { dependenciesOf } from '../attempts/dependencies.ts'
import { isTestFile } from '../attempts/patchRules.ts'
import { canBeApart } from '../attempts/stubs.ts'
import { listTree, readFileAt, readObjects, repositoryOf, resolveCommit } from '../git/objects.ts'

type Runner = WorkspaceTask['runner']

/** A project of a repository and how its tests run. */
export interface Project {
  readonly repository: string
  /** Relative to the repository, '' = its root. */
  readonly folder: string
  readonly runner: Runner
}

const MARKS = ['package.json', 'pyproject.toml', 'pytest.ini', 'setup.cfg', 'setup.py', 'tox.ini']
const NODE_RUNNERS = [['vitest', 'vitest/vitest.mjs'], ['jest', 'jest/bin/jest.js'], ['mocha', 'mocha/bin/mocha.js']] as const

/** The project that holds a file or folder: the nearest with a manifest. To be asked in trusted workspaces only. */
export async function openProject(place: string, runner?: Runner): Promise<Project> {
  const start = fs.statSync(place, { throwIfNoEntry: false })?.isDirectory() ? place : path.dirname(place)
  const repository = fs.realpathSync(await repositoryOf(start))
  const real = fs.realpathSync(start)
  let at = real
  while (at !== repository && !MARKS.some((name) => fs.existsSync(path.join(at, name)))) at = path.dirname(at)
  const folder = path.relative(repository, at).replaceAll('\\', '/')
  return { repository, folder, runner: runner ?? findRunner(repository, folder, at) }
}

function findRunner(repository: string, folder: string, project: string): Runner {
  const { nodeModules } = dependenciesOf(repository, folder)
  const installed = NODE_RUNNERS.find(([, file]) => nodeModules.some((modules) => fs.existsSync(path.join(modules, file))))
  if (fs.existsSync(path.join(project, 'package.json')) && installed !== undefined) return { name: installed[0] }
  if (MARKS.slice(1).some((name) => fs.existsSync(path.join(project, name)))) return { name: 'pytest' }
  throw noRunner(project, runnerListed(project))
}

function noRunner(project: string, listed: string | undefined): LabError {
  const why = listed === undefined ? 'neither vitest, jest nor mocha is installed, and there is no Python project' : `package.json lists ${listed}, which is not installed`
  const install = listed === undefined ? '' : 'Install the project’s dependencies (npm install). Otherwise: '
  return new LabError('environment', 'workspace/no-runner', `How the tests of ${project} run cannot be told: ${why}.`, {
    remedy: `${install}Name the runner with --runner; for another one give a command that writes a JUnit file.`, place: project
  })
}

/** A runner that the project names among its packages. */
function runnerListed(project: string): string | undefined {
  const file = path.join(project, 'package.json')
  const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : ''
  return NODE_RUNNERS.map(([name]) => name).find((name) => text.includes(`"${name}"`))
}

/** A file of the work tree as the current commit has it. Throws where it has changes that no commit holds. */
export async function committedFile(project: Project, file: string): Promise<{ readonly commit: string; readonly path: string; readonly text: string }> {
  const { repository } = project
  const place = path.relative(repository, fs.realpathSync(file)).replaceAll('\\', '/')
  const commit = await resolveCommit(repository, 'HEAD')
  const text = await readFileAt(repository, commit, place)
  if (text !== undefined && text === fs.readFileSync(file, 'utf8')) return { commit, path: place, text }
  const state = text === undefined ? 'is in no commit' : 'has changes that no commit holds'
  throw new LabError('environment', 'workspace/uncommitted', `${file} ${state}: a problem is pinned to a commit.`, {
    remedy: 'Commit the file, then make the problem.', place: file
  })
}

/** A path from the top of the repository, relative to the project that it lies in. */
export const inProject = ({ folder }: Project, place: string): string => place.slice(folder === '' ? 0 : folder.length + 1)

/** Whether tests to be run may lie in a file: a conftest.py only serves those of others. */
export const holdsTests = (place: string): boolean => isTestFile(place) && canBeApart(place) && !place.endsWith('conftest.py')

/** Test files of a commit that name one of these modules, relative to the project; empty where none does: then whoever runs them all tells where they lie. */
export async function testsNaming(project: Project, commit: string, modules: readonly string[]): Promise<string[]> {
  const { repository, folder } = project
  const tests = (await listTree(repository, commit, folder)).filter(({ path: place, kind }) => kind !== 'link' && holdsTests(place))
  const texts = await readObjects(repository, tests.map(({ object }) => object))
  const stems = modules.map((module) => path.posix.basename(module).replace(/\.[^.]+$/, ''))
  const names = new RegExp(`\\b(${stems.map((stem) => stem.replace(/[^\w]/g, '\\$&')).join('|')})\\b`)
  return tests.filter((_, at) => stems.length > 0 && names.test(texts[at]!.toString('utf8'))).map(({ path: place }) => inProject(project, place))
}
