import { LabError } from '../../errors.ts'
import type { ProgramFile, WorkspaceTask } from '../../protocol/execution.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { readFileAt } from '../git/objects.ts'
import type { Grant } from './commands.ts'
import { judgeAttempt } from './judgeAttempt.ts'
import type { AttemptOptions, AttemptOutcome } from './runAttempt.ts'

/** Runs the tests of a task once. */
export type RunsAttempts = (task: WorkspaceTask, sandbox: Sandbox, options: AttemptOptions) => Promise<AttemptOutcome>

/** What tests need of the code that a commit holds, found by running it when somebody first asks, so that no file of problems has to say it. */
export interface OriginalNeeds {
  grantOf(task: WorkspaceTask, sandbox: Sandbox, signal?: AbortSignal): Promise<Grant>
}

const MOST_REMEMBERED = 1000

interface Found {
  readonly grant: Grant
  /** Nothing ended before it should: what a machine under load cut off is found anew by the next who asks. */
  readonly whole: boolean
}

export function createOriginalNeeds(attempt: RunsAttempts): OriginalNeeds {
  const found = new Map<string, Promise<Found>>()

  function begun(key: string, find: () => Promise<Found>): Promise<Found> {
    const finding = find()
    const forget = (): void => void found.delete(key)
    found.set(key, finding)
    finding.then(({ whole }) => { if (!whole) forget() }, forget)
    if (found.size > MOST_REMEMBERED) found.delete(found.keys().next().value!)
    return finding
  }

  return {
    async grantOf(task, sandbox, signal) {
      const key = keyOf(task)
      for (;;) {
        const others = found.get(key)
        try {
          return (await (others ?? begun(key, () => findNeeds(task, sandbox, attempt, signal)))).grant
        } catch (error) {
          // Another attempt was asking and was cancelled: this one asks for itself.
          if (others === undefined || signal?.aborted || !LabError.is(error, 'sandbox/cancelled')) throw error
        }
      }
    }
  }
}

function keyOf({ repository, commit, folder, editable, runner, boundary, testFiles, failToPass, passToPass }: WorkspaceTask): string {
  return JSON.stringify([repository, commit, folder, editable, runner, boundary, testFiles, failToPass, passToPass])
}

async function findNeeds(task: WorkspaceTask, sandbox: Sandbox, attempt: RunsAttempts, signal: AbortSignal | undefined): Promise<Found> {
  const original = { ...task, files: await committedFiles(task) }
  const outcome = await attempt(original, sandbox, { signal })
  const { tests } = judgeAttempt(original, outcome)
  const grant = { needs: outcome.report.needs, solved: tests.every(({ verdict }) => verdict === 'pass') }
  return { grant, whole: outcome.candidate === null && outcome.tests.ended === 'exit' }
}

async function committedFiles({ repository, commit, editable }: WorkspaceTask): Promise<ProgramFile[]> {
  const texts = await Promise.all(editable.map((path) => readFileAt(repository, commit, path)))
  return editable.flatMap((path, at) => (texts[at] === undefined ? [] : [{ path, text: texts[at] }]))
}
