import { resolve } from 'node:path'
import { redTeamAll, rewardedPrograms } from '../../orchestrator/redTeamCheck.ts'
import { BATTERY } from '../../redteam/battery.ts'
import { paidCheats, refuseUnknownCheats } from '../../redteam/paidCheats.ts'
import type { RedTeamReport } from '../../protocol/redTeam.ts'
import { loadRunFile } from '../../runFiles/loadRunFile.ts'
import type { LoadedRunFile } from '../../runFiles/loadRunFile.ts'
import { consentsOf } from '../consentOptions.ts'
import type { ConsentOptions } from '../consentOptions.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import type { Host } from '../host.ts'
import { redTeamText } from '../redteam/redTeamText.ts'
import type { Services, Workspace } from '../services.ts'
import { ProgressLine } from '../terminal/progressLine.ts'

export interface RedTeamCommandOptions extends ConsentOptions {
  readonly set: readonly string[]
  /** Problems of each environment that the cheats are tried on. */
  readonly problems: number
  /** Of the problems; default: that of the run file. */
  readonly seed?: number
  /** Names of cheats that may be paid. */
  readonly acceptPaidCheats: readonly string[]
  readonly json: boolean
}

/** Tries the battery of cheats on the rewards of a run file; exit code 1 where one is paid, or a solution is not. No model needed. */
export async function redTeamCommand(host: Host, services: Services, file: string, options: RedTeamCommandOptions): Promise<ExitCode> {
  refuseUnknownCheats(options.acceptPaidCheats, BATTERY)
  const loaded = loadRunFile(resolve(host.cwd, file), options.set, services.catalogue, file)
  const { folder, run } = loaded
  const workspace = services.openWorkspace(folder, { ...consentsOf(host, options), deadlineSeconds: run.rewardDeadlineSeconds })
  const stop = new AbortController()
  const dispose = host.onSignal(() => stop.abort())
  try {
    const report = await reportOf(host, workspace, loaded, options, stop.signal)
    host.stdout.write(options.json ? `${JSON.stringify({ type: 'report', ...report })}\n` : `${redTeamText(report)}\n`)
    return isClean(report, options.acceptPaidCheats) ? EXIT.finished : EXIT.failed
  } catch (error) {
    if (stop.signal.aborted) return EXIT.stopped
    throw error
  } finally {
    dispose()
    await workspace.close()
  }
}

async function reportOf(host: Host, workspace: Workspace, { run }: LoadedRunFile, options: RedTeamCommandOptions, signal: AbortSignal): Promise<RedTeamReport> {
  const programs = await rewardedPrograms(run, { openEnvironment: workspace.environment, openReward: workspace.reward })
  const executor = await workspace.executor(programs, run)
  const subjects = executor ? programs.map((program) => ({ ...program, executor, deadlineSeconds: run.rewardDeadlineSeconds })) : []
  const line = new ProgressLine(host.stderr)
  const onProgress = (done: number, of: number): void => {
    if (options.json) host.stdout.write(`${JSON.stringify({ type: 'progress', done, of })}\n`)
    else line.show(`${done} of ${of} cheats tried`)
  }
  try {
    return await redTeamAll(subjects, { seed: options.seed ?? run.seed, problems: options.problems, signal, onProgress })
  } finally {
    line.end()
  }
}

const isClean = (report: RedTeamReport, accepted: readonly string[]): boolean =>
  report.golds.every(({ paid }) => paid) && paidCheats(report).every(({ cheat }) => accepted.includes(cheat))
