import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../../errors.ts'
import type { WorkspaceTask } from '../../protocol/execution.ts'
import type { CommandOutcome, CommandRequest, Sandbox } from '../../sandbox/sandbox.ts'
import type { CopyPool } from '../copies/copyPool.ts'
import { testRunner } from '../runners/registry.ts'
import { parseReportLines } from '../runners/reportLines.ts'
import type { RunnerPlace, TestReport } from '../runners/testRunner.ts'
import { candidateRequest, REPORT_LINES, testsRequest } from './commands.ts'
import type { Grant } from './commands.ts'
import { makePipes, tellEnded } from './pipes.ts'
import { prepareCopies } from './prepareCopies.ts'

/** What the two processes of an attempt came to. */
export interface AttemptOutcome {
  readonly report: TestReport
  readonly tests: CommandOutcome
  /** Where the candidate's process ended before the tests did; null = it was ended with them, as it should be. */
  readonly candidate: CommandOutcome | null
}

export interface AttemptOptions {
  readonly signal?: AbortSignal | undefined
  /** Default: whatever the task's boundary lets in; what the attempt does is told either way. */
  readonly grant?: Grant
}

type Run = (request: CommandRequest, signal: AbortSignal) => Promise<CommandOutcome>

const LONGEST_REPORT = 32 * 1024 * 1024

/**
 * One attempt: the tests in one sandbox, the candidate's modules in another, with pipes between them. Leaves nothing behind, however
 * it ends. Rejects as the sandbox does, and where repository or runner are not there.
 */
export async function runAttempt(
  task: WorkspaceTask, sandbox: Sandbox, pool: CopyPool, place: RunnerPlace, { signal, grant }: AttemptOptions = {}
): Promise<AttemptOutcome> {
  if (sandbox.run === undefined) {
    throw new LabError('sandbox', 'sandbox/unsupported', `The sandbox ${sandbox.name} runs no test runners.`, {
      remedy: 'Install bubblewrap on Linux; lab doctor says which sandboxes work here.'
    })
  }
  const copies = await prepareCopies(task, pool, place.dependencies, place.runtime)
  const pipes = pool.emptyFolder()
  try {
    await makePipes(pipes.folder)
    const places = { ...place, tests: copies.tests.folder, candidate: copies.candidate.folder, pipes: pipes.folder }
    const command = await testRunner(task.runner.name).command(task, place)
    const requests = { tests: testsRequest(task, command, places, grant), candidate: await candidateRequest(task, places) }
    const outcome = await runBoth(requests, sandbox.run.bind(sandbox), pipes.folder, signal)
    return { ...outcome, report: readReport(task, requests.tests.folder) }
  } finally {
    copies.giveBack()
    pipes.giveBack()
  }
}

interface Requests {
  readonly tests: CommandRequest
  readonly candidate: CommandRequest
}

/** The candidate's process ends with the tests; the tests are told where it ends before. */
async function runBoth(requests: Requests, run: Run, pipes: string, signal: AbortSignal | undefined): Promise<Pick<AttemptOutcome, 'tests' | 'candidate'>> {
  const [endCandidate, endTests] = [new AbortController(), new AbortController()]
  const cancel = (): void => [endCandidate, endTests].forEach((controller) => controller.abort())
  if (signal?.aborted) cancel()
  signal?.addEventListener('abort', cancel, { once: true })
  let telling: { stop(): void } | undefined
  const candidate = run(requests.candidate, endCandidate.signal).then(
    (outcome) => {
      if (!endCandidate.signal.aborted) telling = tellEnded(pipes, endingOf(outcome))
      return endCandidate.signal.aborted ? null : outcome
    },
    (error: unknown) => {
      if (endCandidate.signal.aborted && !signal?.aborted) return null
      endTests.abort()
      throw error
    }
  )
  const tests = run(requests.tests, endTests.signal).finally(() => endCandidate.abort())
  const [testsEnd, candidateEnd] = await Promise.allSettled([tests, candidate])
  telling?.stop()
  signal?.removeEventListener('abort', cancel)
  // Of two failures the candidate's came first: the tests were ended because of it.
  if (candidateEnd.status === 'rejected') throw candidateEnd.reason
  if (testsEnd.status === 'rejected') throw testsEnd.reason
  return { tests: testsEnd.value, candidate: candidateEnd.value }
}

/** How the candidate's process ended, as one says of it. */
export function endingOf({ ended, code }: CommandOutcome): string {
  return `The candidate’s process ${ended === 'exit' ? `ended with exit code ${code} before the tests did` : ENDINGS[ended]}.`
}

const ENDINGS: Readonly<Record<Exclude<CommandOutcome['ended'], 'exit'>, string>> = {
  timeout: 'ran out of time', memory: 'ran out of memory', outputLimit: 'wrote too much', killed: 'was killed'
}

/** What our reporters and the boundary told, with the results of a file that the runner wrote, where it writes one. */
function readReport(task: WorkspaceTask, folder: string): TestReport {
  const told = parseReportLines(readPlain(folder, REPORT_LINES))
  const { reportFile, parse } = testRunner(task.runner.name)
  const { connected, boundary, needs, printed } = told
  return reportFile === undefined ? told : { ...parse(readPlain(folder, reportFile(task)), fs.realpathSync(folder)), connected, boundary, needs, printed }
}

/** A file that is missing, a link or too long says nothing. */
function readPlain(folder: string, file: string): string {
  const place = path.resolve(folder, file)
  const stats = fs.lstatSync(place, { throwIfNoEntry: false })
  return place.startsWith(path.resolve(folder) + path.sep) && stats?.isFile() && stats.size <= LONGEST_REPORT ? fs.readFileSync(place, 'utf8') : ''
}
