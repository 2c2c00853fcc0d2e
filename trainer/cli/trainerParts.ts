import { weighGroups } from '../algorithms/registry.ts'
import type { ModelSource } from '../engines/engine.ts'
import { LabError } from '../errors.ts'
import { openEnvironment, parseMix } from '../environments/registry.ts'
import type { OpenEnvironment } from '../environments/registry.ts'
import { planRun } from '../orchestrator/runPlan.ts'
import type { TrainerParts } from '../orchestrator/trainerParts.ts'
import type { AlgorithmOptions } from '../protocol/algorithmOptions.ts'
import type { EnvironmentRef, ResolvedRun, RewardRef } from '../protocol/runFile.ts'
import { createReward } from '../rewards/registry.ts'
import type { RewardFunction } from '../rewards/reward.ts'
import { environmentsOf } from '../runFiles/environmentMistakes.ts'
import type { UserModules } from '../sandbox/userModules.ts'
import { startEngine } from './engines.ts'

/** What a run file may name, opened: by the trainer's own name or as a module of the workspace. */
export interface Openers {
  environment(reference: EnvironmentRef): Promise<OpenEnvironment>
  reward(reference: RewardRef): Promise<RewardFunction>
}

/** Each environment is opened once: data sets are read and module processes started a single time. */
export function openersOf(modules: UserModules, folder: string): Openers {
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
    reward: async (reference) => (reference.name === 'module' ? modules.openReward(reference) : createReward(reference))
  }
}

/** What the orchestrator takes from outside, but for the run's directory and who watches. */
export type PreparedParts = Omit<TrainerParts, 'directory' | 'emit'>

/** Opens everything that the run names, so that what is wrong with it shows before a directory is made. */
export async function prepareParts(
  run: ResolvedRun, modules: UserModules, folder: string, versions: Readonly<Record<string, string>>
): Promise<PreparedParts> {
  const openers = openersOf(modules, folder)
  const parts: PreparedParts = {
    model: await modelSource(run, openers),
    startEngine: (options) => startEngine(run.engine, options),
    openEnvironment: openers.environment,
    parseMix,
    openReward: openers.reward,
    weigh: await weigher(run, modules),
    clock: { now: () => new Date(), seconds: () => performance.now() / 1000 },
    versions
  }
  await planRun(run, parts)
  return parts
}

/**
 * A new model's tokenizer covers all environments of the run, also those that are only watched.
 * @throws LabError `runFile/no-vocabulary` for an environment whose texts have no fixed set of words.
 */
async function modelSource(run: ResolvedRun, openers: Openers): Promise<ModelSource> {
  if (typeof run.model === 'string') return { kind: 'folder', folder: run.model }
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
  return (groups, options: AlgorithmOptions, context) =>
    options.name === 'module' ? own.get(options.path)!.weigh(groups, options.options, context) : weighGroups(groups, options, context)
}
