import { LabError } from '../../errors.ts'
import { contentOf, redTeamAll, rewardedPrograms } from '../../orchestrator/redTeamCheck.ts'
import type { RewardedPrograms } from '../../orchestrator/redTeamCheck.ts'
import type { TrainerParts } from '../../orchestrator/trainerParts.ts'
import type { RedTeamReport } from '../../protocol/redTeam.ts'
import type { ResolvedRun } from '../../protocol/runFile.ts'
import { BATTERY } from '../../redteam/battery.ts'
import { refusePaidCheats, refuseUnknownCheats } from '../../redteam/paidCheats.ts'
import type { Notice } from '../../redteam/paidCheats.ts'
import type { Executor } from '../../sandbox/executor.ts'
import type { KnownReports } from './knownReports.ts'

/** One problem of each environment says whether a reward pays a cheat; `lab redteam` tries more. */
const PROBLEMS = 1

export interface CheckOptions {
  /** Names of cheats that may be paid. */
  readonly accepted: readonly string[]
  readonly signal: AbortSignal
  /** What was found before of the same content. */
  readonly known: KnownReports
  /** Of this program: another may judge otherwise. */
  readonly version: string
  readonly onProgress?: (done: number, of: number) => void
}

/** What the record of the run is to say of cheats and solutions; no report for a run without programs. */
export interface RewardCheck {
  readonly notices: readonly Notice[]
  readonly report?: RedTeamReport
}

/**
 * Before a run that is rewarded for programs starts.
 * @returns undefined where it was stopped meanwhile.
 * @throws LabError `reward/paid-cheats`, `sandbox/infrastructure`.
 */
export async function checkRewards(run: ResolvedRun, parts: Pick<TrainerParts, 'openEnvironment' | 'openReward' | 'executor'>, options: CheckOptions): Promise<RewardCheck | undefined> {
  const { accepted, signal } = options
  refuseUnknownCheats(accepted, BATTERY)
  const { executor } = parts
  const programs = executor ? await rewardedPrograms(run, parts) : []
  if (!executor || programs.length === 0) return { notices: [] }
  try {
    const report = await reportOf(run, programs, executor, options)
    return { notices: refusePaidCheats(report, accepted), report }
  } catch (error) {
    if (signal.aborted && LabError.is(error, 'sandbox/cancelled')) return undefined
    throw error
  }
}

async function reportOf(run: ResolvedRun, programs: readonly RewardedPrograms[], executor: Executor, { known, version, signal, onProgress }: CheckOptions): Promise<RedTeamReport> {
  const drawn = { seed: run.seed, problems: PROBLEMS }
  const content = contentOf(programs, drawn, executor, [version, BATTERY, run.execution, run.rewardDeadlineSeconds])
  const before = content === undefined ? undefined : known.find(content)
  if (before) return before
  const subjects = programs.map((program) => ({ ...program, executor, deadlineSeconds: run.rewardDeadlineSeconds }))
  const report = await redTeamAll(subjects, { ...drawn, signal, ...(onProgress && { onProgress }) })
  if (content !== undefined) known.keep(content, report)
  return report
}
