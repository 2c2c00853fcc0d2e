import { resolve } from 'node:path'
import type { EnvironmentRef, ResolvedRun, RewardRef, Stage, StepRewardModel, TrainingData } from '../protocol/runFile.ts'
import { modelPlace } from './hubModel.ts'

/** A run goes on from any folder: models, modules and data sets that it names get absolute paths. */
export function withAbsolutePaths(run: ResolvedRun, folder: string): ResolvedRun {
  const absolute = (path: string): string => resolve(folder, path)
  const environment = (reference: EnvironmentRef): EnvironmentRef => absoluteEnvironment(reference, absolute)
  return {
    ...run,
    model: typeof run.model === 'string' ? modelPlace(run.model, folder) : run.model,
    rewards: run.rewards.map((reward) => absoluteReward(reward, absolute)),
    ...(run.data && { data: absoluteData(run.data, absolute) }),
    ...(run.parent?.manifest !== undefined && { parent: { ...run.parent, manifest: absolute(run.parent.manifest) } }),
    algorithm: absoluteModule(run.algorithm, absolute),
    ...(run.environment && { environment: environment(run.environment) }),
    ...(run.environments && { environments: run.environments.map(environment) }),
    ...(run.stages && { stages: run.stages.map((stage) => absoluteStage(stage, absolute)) }),
    evaluation: {
      ...run.evaluation,
      ...(run.evaluation.rerank && { rerank: absoluteModel(run.evaluation.rerank, absolute) }),
      retention: run.evaluation.retention.map((set) => ({ ...set, environment: environment(set.environment) }))
    }
  }
}

type Absolute = (path: string) => string

function absoluteStage(stage: Stage, absolute: Absolute): Stage {
  return {
    ...stage,
    ...(stage.environment && { environment: absoluteEnvironment(stage.environment, absolute) }),
    ...(stage.algorithm && { algorithm: absoluteModule(stage.algorithm, absolute) }),
    ...(stage.rewards && { rewards: stage.rewards.map((reward) => absoluteReward(reward, absolute)) }),
    ...(stage.data && { data: absoluteData(stage.data, absolute) })
  }
}

const absoluteData = (data: TrainingData, absolute: Absolute): TrainingData => ({ ...data, file: absolute(data.file) })
const absoluteModel = (model: StepRewardModel, absolute: Absolute): StepRewardModel => ({ ...model, model: absolute(model.model) })
const absoluteReward = (reward: RewardRef, absolute: Absolute): RewardRef =>
  (reward.name === 'prm' ? { ...reward, options: absoluteModel(reward.options, absolute) } : absoluteModule(reward, absolute))

function absoluteModule<T extends { readonly name: string }>(reference: T, absolute: Absolute): T {
  return 'path' in reference && typeof reference.path === 'string' ? { ...reference, path: absolute(reference.path) } : reference
}

function absoluteEnvironment(reference: EnvironmentRef, absolute: Absolute): EnvironmentRef {
  const file = reference.options['path']
  if (reference.name !== 'jsonl' || typeof file !== 'string') return absoluteModule(reference, absolute)
  return { ...reference, options: { ...reference.options, path: absolute(file) } }
}
