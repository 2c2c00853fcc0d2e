import { dirname } from 'node:path'
import type { OpenEnvironment } from '../../environments/registry.ts'
import { LabError } from '../../errors.ts'
import { executeProgram } from '../../orchestrator/grading.ts'
import type { DrawnProblem } from '../../orchestrator/problemSource.ts'
import { turnsIn } from '../../orchestrator/turns.ts'
import type { ExecutionRecord } from '../../protocol/execution.ts'
import type { ResolvedRun } from '../../protocol/runFile.ts'
import { environmentsOf } from '../../runFiles/environmentMistakes.ts'
import { readRunRecord } from '../../stores/runDirectory.ts'
import type { ScoredRollout } from '../../stores/scoredRollouts.ts'
import { consentsOf } from '../consentOptions.ts'
import type { ConsentOptions } from '../consentOptions.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import type { Host } from '../host.ts'
import { labelledRun } from '../labels/labelledRun.ts'
import { openRecordedProblems } from '../rescoring/recordedProblems.ts'
import { recordedRollout } from '../rescoring/recordedRollout.ts'
import type { Services, Workspace } from '../services.ts'

export interface ExecuteOptions extends Pick<ConsentOptions, 'git' | 'unsafeSandbox'> {
  readonly rollout: string
  /** From 1. */
  readonly turn: number
}

/** The one line that is printed. */
export interface ExecutedLine {
  readonly type: 'executed'
  readonly execution: ExecutionRecord
}

/** Executes the program of a recorded rollout once more and prints what it showed; nothing is recorded. */
export async function executeCommand(host: Host, services: Services, named: string, { rollout: id, turn, ...consents }: ExecuteOptions): Promise<ExitCode> {
  const { directory } = labelledRun(host, named)
  const { run, source } = readRunRecord(directory)
  const rollout = await recordedRollout(directory, id)
  const workspace = services.openWorkspace(dirname(source.path), { ...consentsOf(host, consents), deadlineSeconds: run.rewardDeadlineSeconds })
  const stop = new AbortController()
  const dispose = host.onSignal(() => stop.abort())
  try {
    const drawn = await problemOf(rollout, run, workspace)
    const written = turnsIn(rollout.completion, rollout.spans).turns[turn - 1]
    const program = written && rollout.completion.slice(written.from, written.to)
    const executor = await workspace.executor(await openNamed(run, drawn.environment.name, workspace), run)
    const execution = program === undefined ? undefined : await executeProgram(drawn, program, { ...(executor && { executor }), signal: stop.signal }, turn)
    if (!execution) throw noProgram(turn)
    const line: ExecutedLine = { type: 'executed', execution }
    host.stdout.write(`${JSON.stringify(line)}\n`)
    return EXIT.finished
  } finally {
    dispose()
    await workspace.close()
  }
}

async function problemOf(rollout: ScoredRollout, run: ResolvedRun, workspace: Workspace): Promise<DrawnProblem> {
  const problems = await openRecordedProblems(run, workspace)
  const drawn = problems.of(rollout)
  if (drawn) return drawn
  const why = problems.faults[0] ?? 'its environment, options or data have changed since'
  throw new LabError('environment', 'environment/unknown-problem', `The problem of this rollout cannot be drawn again: ${why}`, {
    remedy: 'Bring the data of the run back as it was; what the run recorded stays readable.'
  })
}

async function openNamed(run: ResolvedRun, name: string, workspace: Workspace): Promise<OpenEnvironment[]> {
  const opened = await Promise.all(environmentsOf(run).map(({ reference }) => workspace.environment(reference)))
  return opened.filter(({ environment }) => environment.name === name)
}

const noProgram = (turn: number): LabError =>
  new LabError('environment', 'environment/no-program', `Turn ${turn} of this rollout holds no program to execute.`, {
    place: '--turn', remedy: 'Choose a turn that was executed, of a rollout whose completion is a program.'
  })
