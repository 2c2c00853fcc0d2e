import { createHash } from 'node:crypto'
import { LabError } from '../errors.ts'
import { isSupervised } from '../protocol/algorithmOptions.ts'
import type { EnvironmentRef, ResolvedRun, RewardRef } from '../protocol/runFile.ts'
import type { RedTeamReport } from '../protocol/redTeam.ts'
import { stageEnvironments } from '../protocol/stageEnvironments.ts'
import { DEFAULTS, problemsOf, redTeam } from '../redteam/redTeam.ts'
import type { RedTeamOptions, RedTeamSubject } from '../redteam/redTeam.ts'
import type { WeightedReward } from '../rewards/scoreRollout.ts'
import type { Executor } from '../sandbox/executor.ts'
import { openRewards } from './runPlan.ts'
import type { OpenEnvironment, TrainerParts } from './trainerParts.ts'

/** An environment whose completions are programs, with the rewards that a stage gives them. */
export interface RewardedPrograms extends OpenEnvironment {
  readonly rewards: readonly WeightedReward[]
  readonly references: readonly RewardRef[]
}

/** What a run trains on by executing programs: the environments of its RL stages with their rewards, each pair once. */
export async function rewardedPrograms(run: ResolvedRun, parts: Pick<TrainerParts, 'openEnvironment' | 'openReward'>): Promise<RewardedPrograms[]> {
  const pairs = new Map<string, { readonly environment: EnvironmentRef; readonly rewards: readonly RewardRef[] }>()
  for (const stage of run.stages ?? [undefined]) {
    if (isSupervised(stage?.algorithm ?? run.algorithm)) continue
    const rewards = stage?.rewards ?? run.rewards
    for (const environment of stageEnvironments(run, stage)) pairs.set(JSON.stringify([environment, rewards]), { environment, rewards })
  }
  const found: RewardedPrograms[] = []
  for (const { environment, rewards } of pairs.values()) {
    const opened = await parts.openEnvironment(environment)
    if (!opened.environment.code) continue
    found.push({ ...opened, references: rewards, rewards: await openRewards(rewards, parts) })
  }
  return found
}

/** Tries the cheats on all of them. @throws LabError `usage/no-programs` where there is nothing to try. */
export async function redTeamAll(subjects: readonly RedTeamSubject[], options: Partial<RedTeamOptions> = {}): Promise<RedTeamReport> {
  if (subjects.length === 0) {
    throw new LabError('usage', 'usage/no-programs', 'No stage of the run is rewarded for programs, so there is nothing to cheat at.', {
      place: 'environment', remedy: 'Name an environment whose completions are programs, such as function-synthesis.'
    })
  }
  const reports: RedTeamReport[] = []
  for (const subject of subjects) reports.push(await redTeam(subject, { ...DEFAULTS, ...options }))
  return { version: 1, golds: reports.flatMap(({ golds }) => golds), cheats: reports.flatMap(({ cheats }) => cheats) }
}

/**
 * SHA-256 of all that decides what the cheats get: what is run, in which sandbox, and what it is rewarded by: without a sandbox no cheat is
 * tried. Undefined where a reward is code or a model of people's own, which the reference does not tell.
 */
export function contentOf(programs: readonly RewardedPrograms[], options: Pick<RedTeamOptions, 'seed' | 'problems'>, executor: Pick<Executor, 'backendFor'>, more: unknown): string | undefined {
  if (programs.some(({ references }) => references.some(({ name }) => name === 'module' || name === 'prm'))) return undefined
  const subjects = programs.map((program) => {
    const { environment, references } = program
    const tasks = problemsOf(program, options).map((problem) => environment.code?.task(environment.solution(problem), problem))
    const backends = tasks.map((task) => (task !== undefined && 'kind' in task ? executor.backendFor(task) : null))
    return { environment: environment.name, options: program.options, references, tasks, backends }
  })
  return createHash('sha256').update(JSON.stringify([subjects, options, more])).digest('hex')
}
