import { filterFor } from '../algorithms/groupFilter.ts'
import { LabError } from '../errors.ts'
import { isSupervised, KINDS_OF_ROWS } from '../protocol/algorithmOptions.ts'
import type { AlgorithmOptions, GroupOptions, SupervisedOptions } from '../protocol/algorithmOptions.ts'
import type { EnvironmentRef, GroupFilter, Optimizer, Regulariser, ResolvedRun, RewardRef, RolloutStrategy, Sampling, Stage, TrainingData } from '../protocol/runFile.ts'
import { evaluatedStage, stagesOf } from '../protocol/runStages.ts'
import { stageEnvironments } from '../protocol/stageEnvironments.ts'
import type { z } from 'zod'
import type { RowsFile } from '../datasets/rowsFile.ts'
import type { WeightedReward } from '../rewards/scoreRollout.ts'
import { checkStrategy } from './critiqueWords.ts'
import { requireBackends, requireProgramsForRewards } from './programs.ts'
import { openCritiques } from './labelledCritiques.ts'
import type { LabelledCritiques } from './labelledCritiques.ts'
import type { OpenEnvironment, TrainerParts } from './trainerParts.ts'

/** A weighted mixture of environments. */
export interface MixtureEntry extends OpenEnvironment {
  readonly weight: number
  /** Parameters of the trace generator; only a supervised stage has them. */
  readonly mix?: unknown
}
export type Mixture = readonly MixtureEntry[]

/** A stage with everything it takes from the run filled in. */
export interface StagePlan {
  readonly index: number
  readonly name: string
  readonly kind: 'supervised' | 'rl'
  readonly steps: number
  /** RL steps of the run before this stage. */
  readonly stepsBefore: number
  readonly mixture: Mixture
  readonly algorithm: AlgorithmOptions
  readonly optimizer: z.output<typeof Optimizer>
  readonly sampling: z.output<typeof Sampling>
  readonly rollouts: RolloutStrategy
  readonly rewards: readonly WeightedReward[]
  readonly filter: Required<GroupFilter>
  readonly regulariser: z.output<typeof Regulariser>
  readonly problemsPerStep: number
  readonly groupSize: number
  readonly updatesPerStep: number
  readonly batchSize: number
  /** What a supervised stage trains on, where it is not the environment's demonstrations. */
  readonly data?: StageData
  /** What labelers said of responses, where rollouts are refined under their critiques. */
  readonly critiques?: LabelledCritiques
}

export interface StageData {
  readonly settings: TrainingData
  readonly file: RowsFile
}

/** A set of held-out problems: the run's own, or one to watch for retention. */
export interface EvaluationSet {
  readonly name: string
  readonly mixture: Mixture
  readonly problems: number
}

export interface RunPlan {
  readonly run: ResolvedRun
  readonly stages: readonly StagePlan[]
  /** RL steps of all stages. */
  readonly steps: number
  /** Every evaluation samples as this stage does, whenever it is made: only then is a gain one of the policy. */
  readonly evaluated: StagePlan
  readonly heldOut: EvaluationSet
  readonly retention: readonly EvaluationSet[]
}

/** What the environments of a run say about their data, each thing once. */
export function noticesOf({ stages, retention }: RunPlan): string[] {
  const entries = [...stages, ...retention].flatMap(({ mixture }) => mixture)
  return [...new Set(entries.flatMap(({ environment }) => environment.notices ?? []))]
}

/** Whether the stage measures its distance from the policy it started from. */
export const needsReference = ({ kind, algorithm, regulariser }: StagePlan): boolean =>
  (kind === 'rl' ? regulariser.kl.coefficient > 0 : algorithm.name === 'dpo' && algorithm.reference)

/** Whether a run ends with a model that scores steps: it is no policy any more, so that nothing is sampled from it. */
export const endsAsScorer = (stages: readonly StagePlan[]): boolean => stages.at(-1)?.algorithm.name === 'prm'

/** The algorithm of an RL stage. */
export function groupAlgorithm({ name, algorithm }: StagePlan): GroupOptions {
  if (algorithm.name !== 'dpo' && algorithm.name !== 'prm') return algorithm
  throw new LabError('runFile', 'trainer/internal', `The stage ${JSON.stringify(name)} weighs no groups.`, {
    remedy: 'Report this: a stage ran as another kind of stage.'
  })
}

type PlanParts = Pick<TrainerParts, 'openEnvironment' | 'openReward' | 'openData' | 'parseMix' | 'executor'>

/** Opens what the run file names and fills in the stages. */
export async function planRun(run: ResolvedRun, parts: PlanParts): Promise<RunPlan> {
  const stages: StagePlan[] = []
  let stepsBefore = 0
  for (const [index, stage] of stagesOf(run).entries()) {
    const plan = await planStage(run, stage, { index, stepsBefore }, parts)
    checkStrategy(plan)
    requireProgramsForRewards(plan)
    stages.push(plan)
    if (plan.kind === 'rl') stepsBefore += plan.steps
  }
  requireDistinctNames(stages)
  const main = evaluatedStage(stages, ({ kind }) => kind === 'rl')
  const retention = await Promise.all(
    run.evaluation.retention.map(async ({ name, environment, problems }) => ({ name, mixture: await openMixture([environment], parts), problems }))
  )
  requireBackends([...stages, ...retention].flatMap(({ mixture }) => mixture), parts.executor, run.seed)
  return { run, stages, steps: stepsBefore, evaluated: main, heldOut: { name: 'heldOut', mixture: main.mixture, problems: run.evaluation.problems }, retention }
}

async function planStage(
  run: ResolvedRun, stage: Stage, at: { index: number; stepsBefore: number }, parts: PlanParts
): Promise<StagePlan> {
  const algorithm = stage.algorithm ?? run.algorithm
  const kind = isSupervised(algorithm) ? 'supervised' : 'rl'
  const opened = await openMixture(environmentsOf(run, stage), parts)
  const demonstrations = stage.demonstrations
  const withMix = (entry: MixtureEntry): MixtureEntry => ({ ...entry, mix: parts.parseMix(entry.environment, demonstrations?.mix ?? {}) })
  const data = isSupervised(algorithm) ? await openStageData(stage.name, algorithm, stage.data ?? run.data, parts) : undefined
  return {
    ...at, name: stage.name, kind, algorithm,
    steps: data ? rowSteps(data.settings, data.file.rows.length, stage.steps ?? run.steps) : (stage.steps ?? run.steps),
    mixture: kind === 'supervised' ? opened.map(withMix) : opened,
    optimizer: stage.optimizer ?? run.optimizer,
    sampling: stage.sampling ?? run.sampling,
    rollouts: stage.rollouts ?? run.rollouts,
    rewards: await openRewards(stage.rewards ?? run.rewards, parts),
    filter: filterFor(stage.filter ?? run.filter, algorithm),
    regulariser: stage.regulariser ?? run.regulariser,
    problemsPerStep: stage.problemsPerStep ?? run.problemsPerStep,
    groupSize: stage.groupSize ?? run.groupSize,
    updatesPerStep: run.updatesPerStep,
    batchSize: data?.settings.batchSize ?? demonstrations?.batchSize ?? 48,
    ...(data && { data }),
    ...(await critiquesOf(run, stage, parts))
  }
}

async function critiquesOf(run: ResolvedRun, stage: Stage, parts: PlanParts): Promise<Pick<StagePlan, 'critiques'>> {
  const rollouts = stage.rollouts ?? run.rollouts
  const takes = rollouts.strategy === 'critiqueRefine' && rollouts.critic === 'labels'
  return takes ? { critiques: await openCritiques(stage.name, stage.data ?? run.data, parts) } : {}
}

async function openStageData(stage: string, { name }: SupervisedOptions, settings: TrainingData | undefined, parts: PlanParts): Promise<StageData | undefined> {
  if (!settings && name === 'sft') return undefined
  if (!settings || !KINDS_OF_ROWS[name].includes(settings.kind)) {
    const found = settings ? `has data of the kind ${settings.kind}` : 'has no data'
    throw new LabError('runFile', 'runFile/data', `The stage ${JSON.stringify(stage)} ${found}; ${name} learns from ${KINDS_OF_ROWS[name].join(' or ')}.`, {
      place: 'data', remedy: 'Name a file of such rows in `data`; `lab labels export` writes them.'
    })
  }
  return { settings, file: await parts.openData(settings) }
}

/** Optimiser steps: as many as the passes over the rows take, or as the run says. */
export function rowSteps({ epochs, batchSize }: TrainingData, rows: number, steps: number): number {
  return epochs === undefined ? steps : Math.ceil((rows * epochs) / batchSize)
}

function environmentsOf(run: ResolvedRun, stage: Stage): readonly EnvironmentRef[] {
  const refs = stageEnvironments(run, stage)
  if (refs.length > 0) return refs
  throw new LabError('runFile', 'runFile/no-environment', `The stage ${JSON.stringify(stage.name)} has no environment.`, {
    remedy: 'Name one in `environment` or several in `environments`.',
    place: 'environment'
  })
}

/** Environments, opened, each with its weight. */
export async function openMixture(refs: readonly EnvironmentRef[], parts: Pick<TrainerParts, 'openEnvironment'>): Promise<Mixture> {
  return Promise.all(refs.map(async (ref) => ({ ...(await parts.openEnvironment(ref)), weight: ref.weight })))
}

/** Rewards, opened, each with its weight. */
export async function openRewards(refs: readonly RewardRef[], parts: Pick<TrainerParts, 'openReward'>): Promise<readonly WeightedReward[]> {
  return Promise.all(refs.map(async (ref) => ({ reward: await parts.openReward(ref), weight: ref.weight })))
}

/** Records are keyed by stage name. */
function requireDistinctNames(stages: readonly StagePlan[]): void {
  const twice = stages.find((stage, i) => stages.some((other, j) => j < i && other.name === stage.name))
  if (!twice) return
  throw new LabError('runFile', 'runFile/stage-name', `Two stages are named ${JSON.stringify(twice.name)}.`, {
    remedy: 'Give every stage a name of its own.',
    place: `stages[${twice.index}].name`
  })
}
