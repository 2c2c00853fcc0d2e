import { isRewardFile, mainRewardPlace, rewardPlaces } from '../../trainer/protocol/rewardFile.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import type { ResolvedRun, RewardRef } from '../../trainer/protocol/runFile.ts'

/** A reward file or module that a run names. */
export type ModuleReward = Extract<RewardRef, { name: 'module' }>

/** For each part of a rollout's reward the module that gave it; undefined for parts that come with the trainer. */
export function modulesOfParts(run: ResolvedRun, { stage, kind, reward }: Pick<Rollout, 'stage' | 'kind' | 'reward'>): readonly (ModuleReward | undefined)[] {
  const references = run.stages?.find(({ name }) => name === stage)?.rewards ?? run.rewards
  // Evaluations are graded by the environment alone; an imported rollout may have parts of its own.
  if (kind !== 'train' || references.length !== reward.parts.length) return reward.parts.map(() => undefined)
  return references.map((reference) => (reference.name === 'module' ? reference : undefined))
}

/**
 * The file of a workspace that a recorded path means. Records are not trusted: nothing is opened but what the workspace itself lists,
 * and of several files of that name the one whose folders fit best.
 */
export function fileMeant(recorded: string, files: readonly string[]): string | undefined {
  const wanted = partsOf(recorded)
  const fitting = files.filter((file) => partsOf(file)[0] === wanted[0]).map((file) => ({ file, shared: sharedParts(partsOf(file), wanted) }))
  return fitting.sort((a, b) => b.shared - a.shared || a.file.length - b.file.length)[0]?.file
}

/** From the file's name upwards. */
const partsOf = (path: string): string[] => path.split(/[\\/]/).filter((part) => part !== '' && part !== '.').reverse()

function sharedParts(a: readonly string[], b: readonly string[]): number {
  const differs = a.findIndex((part, i) => part !== b[i])
  return differs < 0 ? a.length : differs
}

/** Line of a reward in its file, from 0: where it failed, else where its function begins. @param why of the reward part */
export function rewardLine(file: string, text: string, reference: Pick<ModuleReward, 'function'>, why: string): number {
  const named = placeInWhy(file, why)
  if (named !== undefined && named <= text.split('\n').length) return named - 1
  if (!isRewardFile(file)) return Math.max(0, text.split('\n').findIndex((line) => /^export\s+const\s+reward\b/.test(line)))
  const places = rewardPlaces(file, text)
  const place = reference.function === undefined ? mainRewardPlace(file, places) : places.find(({ name }) => name === reference.function)
  return (place?.line ?? 1) - 1
}

/** `… (brevity.reward.ts:7)`: how an error that a reward threw ends. */
function placeInWhy(file: string, why: string): number | undefined {
  const match = /\(([^()]+):(\d{1,7})\)\s*$/.exec(why)
  return match && match[1] === partsOf(file)[0] ? Number(match[2]) : undefined
}
