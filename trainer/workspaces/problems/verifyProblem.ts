import { LabError } from '../../errors.ts'
import { WorkspaceTask } from '../../protocol/execution.ts'
import type { ProgramFile } from '../../protocol/execution.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { AttemptOutcome } from '../attempts/runAttempt.ts'
import type { TestReport, TestResult } from '../runners/testRunner.ts'
import { leastBoundary } from './leastBoundary.ts'

/** A problem before it is known which tests decide it. */
export type Candidate = Pick<WorkspaceTask, 'repository' | 'commit' | 'folder' | 'editable' | 'runner' | 'testFiles'> & {
  /** As the model is given them, and as they pass. */
  readonly files: readonly ProgramFile[]
  readonly gold: readonly ProgramFile[]
}

/** Which tests decide a problem, where they lie, and what has to cross the boundary for that. */
export type Verified = Pick<WorkspaceTask, 'testFiles' | 'failToPass' | 'passToPass' | 'boundary'>

/** Runs the tests of a task once. */
export type Attempting = (task: WorkspaceTask, sandbox: Sandbox, signal?: AbortSignal) => Promise<AttemptOutcome>

export interface Verifying {
  readonly attempt: Attempting
  readonly sandbox: Sandbox
  readonly wallSeconds: number
}

/**
 * Runs the tests both ways, behind the boundary that will judge: twice with the change, once without. What passes both times with it
 * decides; what fails without it is fail-to-pass. The narrowest boundary under which the most tests pass is taken. Answers why there is
 * no problem where no test tells the two apart. Throws `workspace/no-tests`, `workspace/unknown-tests`.
 */
export async function verifyProblem(given: Candidate, verifying: Verifying, signal?: AbortSignal): Promise<Verified | { readonly none: string }> {
  const { attempt, sandbox, wallSeconds } = verifying
  const testFiles = given.testFiles.length > 0 ? given.testFiles : await filesThatPass(given, verifying, signal)
  if (testFiles.length === 0) return { none: NOTHING_PASSES }
  const candidate = { ...given, testFiles }
  const passing = async (files: readonly ProgramFile[], boundary: WorkspaceTask['boundary']): Promise<Set<string>> =>
    passed(await attempt(taskOf(candidate, files, boundary, wallSeconds), sandbox, signal), candidate.testFiles)
  const { boundary, tried: { passed: names } } = await leastBoundary(async (level) => ({ passed: await passing(candidate.gold, level), refused: false }))
  if (names.size === 0) return { none: NOTHING_PASSES }
  const again = await passing(candidate.gold, boundary)
  const steady = [...names].filter((name) => again.has(name)).sort()
  const before = await passing(candidate.files, boundary)
  const failToPass = steady.filter((name) => !before.has(name))
  if (failToPass.length === 0) return { none: 'No test fails without the change and passes with it.' }
  return { testFiles, boundary, failToPass, passToPass: steady.filter((name) => before.has(name)) }
}

const NOTHING_PASSES = 'No test passes with the change where its files run in a process of their own.'

/**
 * Files that tests which pass with the change come from, where no file is known as a test of it. They have to be told by the runner: a
 * file that is known by neither name nor result would lie in the candidate's copy, to be read.
 */
async function filesThatPass(candidate: Candidate, { attempt, sandbox, wallSeconds }: Verifying, signal: AbortSignal | undefined): Promise<string[]> {
  const outcome = await attempt(taskOf(candidate, candidate.gold, 'objects', wallSeconds), sandbox, signal)
  const names = passed(outcome, [])
  const results = outcome.report.results.filter(({ name }) => names.has(name))
  const untold = results.find(({ file }) => file === undefined)
  if (untold !== undefined) throw unknownTests(untold.name, candidate)
  return [...new Set(results.flatMap(({ file }) => file ?? []))].sort()
}

/** Results of these files; a runner may run others besides, as its configuration says. */
export const resultsOf = ({ results }: TestReport, testFiles: readonly string[]): TestResult[] =>
  results.filter(({ file }) => file === undefined || testFiles.length === 0 || testFiles.includes(file))

function passed({ report, tests }: AttemptOutcome, testFiles: readonly string[]): Set<string> {
  if (report.results.length === 0 && !report.connected && report.boundary === null && tests.ended === 'exit') throw notStarted(tests.stderr || tests.stdout)
  const meant = resultsOf(report, testFiles)
  const failed = new Set(meant.filter(({ status }) => status !== 'passed').map(({ name }) => name))
  return new Set(meant.map(({ name }) => name).filter((name) => !failed.has(name)))
}

const notStarted = (said: string): LabError =>
  new LabError('environment', 'workspace/no-tests', `The test runner told of no test: ${said.trim().slice(-500) || 'it said nothing'}.`, {
    remedy: 'Run the project’s tests by hand; check that its dependencies are installed and that the test files import the code that is to change.'
  })

const unknownTests = (test: string, { runner, editable }: Candidate): LabError =>
  new LabError('environment', 'workspace/unknown-tests', `Where the test ${JSON.stringify(test.slice(0, 200))} lies is not known: the runner ${runner.name} does not tell, and no test file names ${editable.join(', ')}.`, {
    remedy: 'Keep the tests in files that are known by their names (test/…, *.test.js, test_*.py) and name the code that is to change, so that they can be kept from who solves the problem.'
  })

function taskOf(candidate: Candidate, files: readonly ProgramFile[], boundary: WorkspaceTask['boundary'], wallSeconds: number): WorkspaceTask {
  const { repository, commit, folder, editable, runner, testFiles } = candidate
  const task = WorkspaceTask.parse({ kind: 'workspace', repository, commit, folder, files: [...files], editable, runner, boundary, testFiles, failToPass: ['-'], passToPass: [] })
  return { ...task, limits: { ...task.limits, wallSeconds, cpuSeconds: wallSeconds } }
}
