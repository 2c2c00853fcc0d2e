import { LabError } from '../../errors.ts'
import { redTeamAll, rewardedPrograms } from '../../orchestrator/redTeamCheck.ts'
import type { TrainerParts } from '../../orchestrator/trainerParts.ts'
import type { ResolvedRun } from '../../protocol/runFile.ts'
import { BATTERY } from '../../redteam/battery.ts'
import { refusePaidCheats, refuseUnknownCheats } from '../../redteam/paidCheats.ts'
import type { Notice } from '../../redteam/paidCheats.ts'

/** One problem of each environment says whether a reward pays a cheat; `lab redteam` tries more. */
const PROBLEMS = 1

/**
 * Before a run that is rewarded for programs starts: what the record is to say of cheats and solutions, nothing for other runs;
 * undefined where it was stopped meanwhile.
 * @throws LabError `reward/paid-cheats`, `sandbox/infrastructure`.
 */
export async function checkRewards(run: ResolvedRun, parts: Pick<TrainerParts, 'openEnvironment' | 'openReward' | 'executor'>, accepted: readonly string[], signal: AbortSignal): Promise<readonly Notice[] | undefined> {
  refuseUnknownCheats(accepted, BATTERY)
  const { executor } = parts
  if (!executor) return []
  const programs = await rewardedPrograms(run, parts)
  if (programs.length === 0) return []
  const subjects = programs.map((program) => ({ ...program, executor, deadlineSeconds: run.rewardDeadlineSeconds }))
  try {
    return refusePaidCheats(await redTeamAll(subjects, { seed: run.seed, problems: PROBLEMS, signal }), accepted)
  } catch (error) {
    if (signal.aborted && LabError.is(error, 'sandbox/cancelled')) return undefined
    throw error
  }
}
