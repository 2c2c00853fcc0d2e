import { LabError } from '../errors.ts'
import type { CritiqueWords, Environment } from '../environments/environment.ts'
import type { StagePlan } from './runPlan.ts'

/** @throws LabError `environment/no-critiques`. */
export function requireCritiqueWords(environment: Environment): CritiqueWords {
  if (environment.critique) return environment.critique
  throw new LabError('environment', 'environment/no-critiques', `The environment ${JSON.stringify(environment.name)} has no words for critiques.`, {
    remedy: 'Take an environment that has them, such as maze-walk, or the rollout strategy “plain”.', place: 'rollouts.strategy'
  })
}

/** Before anything is sampled. @throws LabError `environment/no-critiques`, `environment/no-programs`. */
export function checkStrategy({ rollouts: { strategy }, mixture }: Pick<StagePlan, 'rollouts' | 'mixture'>): void {
  if (strategy === 'plain') return
  for (const { environment } of mixture) {
    if (strategy === 'executeRetry') requirePrograms(environment)
    else requireCritiqueWords(environment)
  }
}

function requirePrograms(environment: Environment): void {
  if (environment.code) return
  throw new LabError('environment', 'environment/no-programs', `Completions of the environment ${JSON.stringify(environment.name)} are no programs, so that none can be executed and tried again.`, {
    remedy: 'Take an environment whose completions are programs, such as code-repair, or the rollout strategy “plain”.', place: 'rollouts.strategy'
  })
}
