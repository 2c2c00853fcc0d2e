import { resolve } from 'node:path'
import type { EnvironmentRef, ResolvedRun, Stage } from '../protocol/runFile.ts'

/** A run goes on from any folder: models, modules and data sets that it names get absolute paths. */
export function withAbsolutePaths(run: ResolvedRun, folder: string): ResolvedRun {
  const absolute = (path: string): string => resolve(folder, path)
  const environment = (reference: EnvironmentRef): EnvironmentRef => absoluteEnvironment(reference, absolute)
  return {
    ...run,
    model: typeof run.model === 'string' ? absolute(run.model) : run.model,
    rewards: run.rewards.map((reward) => absoluteModule(reward, absolute)),
    algorithm: absoluteModule(run.algorithm, absolute),
    ...(run.environment && { environment: environment(run.environment) }),
    ...(run.environments && { environments: run.environments.map(environment) }),
    ...(run.stages && { stages: run.stages.map((stage) => absoluteStage(stage, absolute)) }),
    evaluation: { ...run.evaluation, retention: run.evaluation.retention.map((set) => ({ ...set, environment: environment(set.environment) })) }
  }
}

type Absolute = (path: string) => string

function absoluteStage(stage: Stage, absolute: Absolute): Stage {
  return {
    ...stage,
    ...(stage.environment && { environment: absoluteEnvironment(stage.environment, absolute) }),
    ...(stage.algorithm && { algorithm: absoluteModule(stage.algorithm, absolute) }),
    ...(stage.rewards && { rewards: stage.rewards.map((reward) => absoluteModule(reward, absolute)) })
  }
}

function absoluteModule<T extends { readonly name: string }>(reference: T, absolute: Absolute): T {
  return 'path' in reference && typeof reference.path === 'string' ? { ...reference, path: absolute(reference.path) } : reference
}

function absoluteEnvironment(reference: EnvironmentRef, absolute: Absolute): EnvironmentRef {
  const file = reference.options['path']
  if (reference.name !== 'jsonl' || typeof file !== 'string') return absoluteModule(reference, absolute)
  return { ...reference, options: { ...reference.options, path: absolute(file) } }
}
