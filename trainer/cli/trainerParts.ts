import { weighGroups } from '../algorithms/registry.ts'
import type { EngineFactory, ModelSource } from '../engines/engine.ts'
import { folderSource } from '../engines/chatTemplatePrelude.ts'
import { LabError } from '../errors.ts'
import { readRows } from '../datasets/rowsFile.ts'
import { openEnvironment, parseMix } from '../environments/registry.ts'
import type { OpenEnvironment } from '../environments/registry.ts'
import { planRun } from '../orchestrator/runPlan.ts'
import type { TrainerParts } from '../orchestrator/trainerParts.ts'
import type { GroupOptions } from '../protocol/algorithmOptions.ts'
import type { EnvironmentRef, ResolvedRun, RewardRef, TrainingData } from '../protocol/runFile.ts'
import { prmReward } from '../rewards/prm.ts'
import { createReward } from '../rewards/registry.ts'
import type { RewardFunction } from '../rewards/reward.ts'
import type { StepScorer } from '../rewards/stepScores.ts'
import { environmentsOf } from '../runFiles/environmentMistakes.ts'
import { moduleFilesOf } from '../runFiles/moduleFiles.ts'
import type { UserModules } from '../sandbox/modules/userModules.ts'
import type { RewardBackends } from './rewardSandboxes.ts'
import type { RunExecutor } from './runExecutor.ts'
import type { StepRewardModels } from './stepRewardModels.ts'
import { systemClock } from './systemClock.ts'
import type { RunEngines } from './torch/runEngines.ts'

/** What a run file may name, opened: by the trainer's own name or as a module of the workspace. */
export interface Openers {
  environment(reference: EnvironmentRef): Promise<OpenEnvironment>
  reward(reference: RewardRef): Promise<RewardFunction>
}

/** Each environment is opened once: data sets are read and module processes started a single time. */
export function openersOf(modules: UserModules, folder: string, stepModels: Pick<StepRewardModels, 'open'>): Openers {
  const opened = new Map<string, Promise<OpenEnvironment>>()
  const open = async (reference: EnvironmentRef): Promise<OpenEnvironment> =>
    'path' in reference
      ? { environment: await modules.openEnvironment(reference), options: reference.options }
      : openEnvironment(reference, folder)
  return {
    environment: (reference) => {
      const key = JSON.stringify(reference)
      const environment = opened.get(key) ?? open(reference)
      opened.set(key, environment)
      return environment
    },
    reward: async (reference) => {
      if (reference.name === 'module') return modules.openReward(reference)
      if (reference.name === 'prm') return prmReward(await stepModels.open(reference.options.model), reference.options.aggregate)
      return createReward(reference)
    }
  }
}

/** What the orchestrator takes from outside, but for the run's directory and who watches. */
export type PreparedParts = Omit<TrainerParts, 'directory' | 'emit'>

/** What runs beside the trainer as long as the run does: each starts what it must when it is first needed. */
export interface RunHelpers {
  readonly engines: RunEngines
  readonly modules: UserModules
  readonly rewardSandboxes: RewardBackends
  readonly stepModels: StepRewardModels
  readonly executors: RunExecutor
}

/** Opens everything that the run names, so that what is wrong with it shows before a directory is made. */
export async function prepareParts(
  run: ResolvedRun, { engines, modules, stepModels, executors }: RunHelpers, folder: string, versions: Readonly<Record<string, string>>
): Promise<PreparedParts> {
  modules.requireApproved(moduleFilesOf(run))
  const openStepModel = (model: string): Promise<StepScorer> => (engines.waits ? stepModels.openOrWait(model) : stepModels.open(model))
  const openers = openersOf(modules, folder, { open: openStepModel })
  const environments = await Promise.all(environmentsOf(run).map(({ reference }) => openers.environment(reference)))
  const executor = await executors.open({ environments, execution: run.execution, seed: run.seed })
  const parts: PreparedParts = {
    model: await modelSource(run, openers),
    startEngine: startedWith(stepModels, engines.start),
    openEnvironment: openers.environment,
    parseMix,
    openReward: openers.reward,
    openData: dataOpener(),
    stepScorer: (folder) => stepModels.scorer(folder),
    ...(executor && { executor }),
    weigh: await weigher(run, modules),
    clock: systemClock,
    versions
  }
  await planRun(run, parts)
  if (run.evaluation.rerank) await openStepModel(run.evaluation.rerank.model)
  return parts
}

/** The run's engine waits for the device; what waits beside it has it from then on. */
function startedWith(stepModels: Pick<StepRewardModels, 'openWaiting'>, start: EngineFactory): EngineFactory {
  return async (options) => {
    const engine = await start(options)
    try {
      await stepModels.openWaiting()
      return engine
    } catch (error) {
      await engine.close()
      throw error
    }
  }
}

/** Each file is read once. @throws LabError `dataset/changed` where it is not what the run began with. */
export function dataOpener(): TrainerParts['openData'] {
  const opened = new Map<string, ReturnType<typeof readRows>>()
  return async ({ file, kind, sha256 }) => {
    const key = `${kind} ${file}`
    const reading = opened.get(key) ?? readRows(file, kind)
    opened.set(key, reading)
    const rows = await reading
    if (sha256 === undefined || sha256 === rows.sha256) return rows
    throw new LabError('dataset', 'dataset/changed', `The data ${file} is not what the run began with.`, {
      place: file, remedy: 'Bring the file back as it was, or start a new run.'
    })
  }
}

/** The run with the hash of its data, as it is recorded. */
export async function withDataHashes(run: ResolvedRun): Promise<ResolvedRun> {
  const hashed = async (data: TrainingData): Promise<TrainingData> => ({ ...data, sha256: (await readRows(data.file, data.kind)).sha256 })
  const stages = run.stages && (await Promise.all(run.stages.map(async (stage) => (stage.data ? { ...stage, data: await hashed(stage.data) } : stage))))
  return { ...run, ...(run.data && { data: await hashed(run.data) }), ...(stages && { stages }) }
}

/**
 * A new model's tokenizer covers all environments of the run, also those that are only watched.
 * @throws LabError `runFile/no-vocabulary` for an environment whose texts have no fixed set of words.
 */
export async function modelSource(run: ResolvedRun, openers: Pick<Openers, 'environment'>): Promise<ModelSource> {
  if (typeof run.model === 'string') return folderSource(run.model, run.chatTemplateKwargs)
  const words = new Set<string>()
  for (const { reference } of environmentsOf(run)) {
    const { vocabulary } = (await openers.environment(reference)).environment
    if (vocabulary.length === 0) throw noVocabulary(reference)
    for (const word of vocabulary) words.add(word)
  }
  return { kind: 'new', model: run.model, vocabulary: [...words], seed: run.seed }
}

function noVocabulary(reference: EnvironmentRef): LabError {
  const named = 'path' in reference ? `The module ${reference.path}` : `The environment "${reference.name}"`
  return new LabError('runFile', 'runFile/no-vocabulary', `${named} gives no words to make a new model's tokenizer from: it lists none, or its texts have too many.`, {
    place: 'model', remedy: 'Name the folder of a model with a tokenizer of its own in "model", or give the environment a vocabulary.'
  })
}

/** Module processes are started once, not at each step. */
async function weigher(run: ResolvedRun, modules: UserModules): Promise<TrainerParts['weigh']> {
  const named = [run.algorithm, ...(run.stages ?? []).flatMap(({ algorithm }) => (algorithm ? [algorithm] : []))]
  const paths = [...new Set(named.flatMap((algorithm) => (algorithm.name === 'module' ? [algorithm.path] : [])))]
  const own = new Map(await Promise.all(paths.map(async (path) => [path, await modules.openAlgorithm({ path })] as const)))
  return (groups, options: GroupOptions, context) =>
    options.name === 'module' ? own.get(options.path)!.weigh(groups, options.options, context) : weighGroups(groups, options, context)
}
