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

/** Before anything is sampled. @throws LabError `environment/no-critiques`. */
export function checkStrategy({ rollouts, mixture }: Pick<StagePlan, 'rollouts' | 'mixture'>): void {
  if (rollouts.strategy !== 'plain') for (const { environment } of mixture) requireCritiqueWords(environment)
}
