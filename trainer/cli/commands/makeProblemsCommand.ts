import { existsSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { LabError } from '../../errors.ts'
import type { WorkspaceTask } from '../../protocol/execution.ts'
import { problemFromFailingTest } from '../../workspaces/problems/fromFailingTest.ts'
import { problemFromFunction } from '../../workspaces/problems/fromFunction.ts'
import type { MadeProblem } from '../../workspaces/problems/fromFunction.ts'
import { mineHistory } from '../../workspaces/problems/mineHistory.ts'
import type { Mined } from '../../workspaces/problems/mineHistory.ts'
import type { Project } from '../../workspaces/problems/project.ts'
import { addToTaskset, writeTaskset } from '../../workspaces/problems/tasksetFile.ts'
import type { Verifying } from '../../workspaces/problems/verifyProblem.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import { givenFile, givenFolder } from '../givenPlaces.ts'
import { givenProject, requireCommit } from '../givenProject.ts'
import type { Host } from '../host.ts'
import type { Services } from '../services.ts'

interface CommonOptions {
  readonly out: string
  readonly runner?: 'mocha' | 'vitest' | 'jest' | 'pytest'
  readonly command?: readonly string[]
  readonly report?: string
  readonly seconds: number
  readonly json: boolean
}

/** A line of `--json`. */
export type ProblemEvent =
  | { readonly type: 'commit'; readonly commit: string; readonly subject: string; readonly leftOut: string | null; readonly tests: number }
  | {
    readonly type: 'made'; readonly title: string; readonly file: string; readonly added: boolean; readonly boundary: string
    readonly failToPass: readonly string[]; readonly passToPass: readonly string[]
  }
  | { readonly type: 'written'; readonly file: string; readonly problems: number; readonly commits: number }

export interface MineOptions extends CommonOptions {
  readonly commits: number
  readonly revision: string
  readonly mostFiles: number
  /** Write over a file of problems that is there. */
  readonly replace: boolean
}

/** Typing it is consent to ask git about the folder, as typing `git log` there would be. */
export async function mineCommand(host: Host, services: Services, folder: string, options: MineOptions): Promise<ExitCode> {
  const project = await givenProject(givenFolder(host, folder, { remedy: 'Name a folder of a git repository.' }), folder, runnerOf(options))
  await requireCommit(project, options.revision)
  const file = resolve(host.cwd, options.out)
  if (existsSync(file) && !options.replace) throw wouldReplace(options.out)
  return making(host, services, options, async (verifying, signal) => {
    const problems: MadeProblem[] = []
    let commits = 0
    for await (const mined of mineHistory(project, options, verifying, signal)) {
      commits += 1
      if ('problem' in mined) problems.push(mined.problem)
      tellMined(host, options, mined)
    }
    if (signal.aborted) return EXIT.stopped
    if (problems.length === 0) throw noneMade(commits, project)
    writeTaskset(file, problems)
    tell(host, options, `${problems.length} problems of ${commits} commits in ${relative(host.cwd, file)}`, { type: 'written', file, problems: problems.length, commits })
    return EXIT.finished
  })
}

const wouldReplace = (out: string): LabError =>
  new LabError('usage', 'usage/out-exists', `${out} exists already.`, { place: '--out', remedy: 'Name a new file with --out, or write over it with --replace.' })

function tellMined(host: Host, options: CommonOptions, mined: Mined): void {
  const { commit, subject } = mined.change
  const [leftOut, tests] = 'problem' in mined ? [null, mined.problem.failToPass.length] : [mined.leftOut, 0]
  const told = leftOut === null ? `${tests} tests fail before and pass after` : `left out: ${leftOut}`
  tell(host, options, `${commit.slice(0, 10)}  ${told}  (${subject})`, { type: 'commit', commit, subject, leftOut, tests })
}

const noneMade = (commits: number, { repository }: Project): LabError =>
  new LabError('dataset', 'dataset/empty', `None of ${commits} commits of ${repository} makes a problem.`, {
    remedy: 'Look at more commits with --commits, or make problems from functions.'
  })

export interface MakeFunctionOptions extends CommonOptions {
  readonly name?: string
  readonly line?: number
}

export async function makeFunctionCommand(host: Host, services: Services, file: string, options: MakeFunctionOptions): Promise<ExitCode> {
  const { name, line } = options
  if ((name === undefined) === (line === undefined)) {
    throw new LabError('usage', 'usage/option', 'Which function is not said.', { place: '--name', remedy: 'Give either --name or --line.' })
  }
  const place = givenFile(host, file, { remedy: 'Name a source file of a git repository.' })
  const project = await givenProject(place, file, runnerOf(options))
  return making(host, services, options, async (verifying, signal) => {
    return added(host, options, await problemFromFunction(project, place, name === undefined ? { line: line! } : { name }, verifying, signal))
  })
}

export interface MakeTestOptions extends CommonOptions {
  readonly name?: string
  readonly edit?: readonly string[]
}

export async function makeTestCommand(host: Host, services: Services, file: string, options: MakeTestOptions): Promise<ExitCode> {
  const place = givenFile(host, file, { remedy: 'Name a test file of a git repository.' })
  const project = await givenProject(place, file, runnerOf(options))
  return making(host, services, options, async (verifying, signal) => {
    const { name, edit } = options
    const editable = edit?.map((one) => relative(project.repository, resolve(host.cwd, one)).replaceAll('\\', '/'))
    const test = { file: place, ...(name !== undefined && { name }), ...(editable !== undefined && { editable }) }
    return added(host, options, await problemFromFailingTest(project, test, verifying, signal))
  })
}

function added(host: Host, options: CommonOptions, problem: MadeProblem): ExitCode {
  const file = resolve(host.cwd, options.out)
  // What somebody asks for one by one is there to be trained on; no hash puts it aside.
  const isNew = addToTaskset(file, { ...problem, split: 'train' })
  const { title, failToPass, passToPass, boundary } = problem
  const where = `${isNew ? 'added to' : 'already in'} ${relative(host.cwd, file)}`
  tell(host, options, `${title}: ${failToPass.length} tests decide, ${passToPass.length} must go on passing; ${where}`, {
    type: 'made', title, file, added: isNew, failToPass, passToPass, boundary
  })
  return EXIT.finished
}

type Make = (verifying: Verifying, signal: AbortSignal) => Promise<ExitCode>

async function making(host: Host, services: Services, { seconds }: CommonOptions, make: Make): Promise<ExitCode> {
  const stop = new AbortController()
  const dispose = host.onSignal(() => stop.abort())
  const tools = await services.openProblemTools()
  try {
    return await make({ ...tools, wallSeconds: seconds }, stop.signal)
  } catch (error) {
    if (stop.signal.aborted && LabError.is(error, 'sandbox/cancelled')) return EXIT.stopped
    throw error
  } finally {
    dispose()
    await tools.close()
  }
}

function runnerOf({ runner, command, report }: CommonOptions): WorkspaceTask['runner'] | undefined {
  if (command === undefined && report === undefined) return runner === undefined ? undefined : { name: runner }
  if (command !== undefined && report !== undefined && runner === undefined) return { name: 'junit', command: [...command], report }
  throw new LabError('usage', 'usage/option', 'A command of your own needs both --command and --report, and no --runner.', {
    place: '--command', remedy: 'For example: --command node run-tests.js --report junit.xml'
  })
}

function tell(host: Host, { json }: CommonOptions, text: string, event: ProblemEvent): void {
  host.stdout.write(json ? `${JSON.stringify(event)}\n` : `${text.replace(/[^\P{C}\t]/gu, '�')}\n`)
}
