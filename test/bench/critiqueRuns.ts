import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Estimate } from '../../trainer/protocol/numbers.ts'
import type { RunFileInput } from '../../trainer/protocol/runFile.ts'
import type { Summary } from '../../trainer/protocol/summary.ts'
import { labRun, readSummary } from './labProcess.ts'
import type { RunEvent } from '../../trainer/protocol/events.ts'

/** What one arm showed: held-out figures after training and what it cost. */
export interface ArmRun {
  readonly passAt1: number
  readonly greedy: number
  readonly stepTruth: number
  /** Tokens through forward and backward pass, and tokens sampled. */
  readonly trainedTokens: number
  readonly sampledTokens: number
  readonly seconds: number
  /** Mean share of the groups that were trained on; absent without RL. */
  readonly groupsKept?: number
}

export const EVALUATION = { problems: 300, samples: 8, k: [1, 8] }
/** Rows of an optimiser step. */
export const BATCH = 16

const COMMON: Pick<RunFileInput, 'environment' | 'sampling' | 'evaluation'> = {
  environment: { name: 'maze-walk' }, sampling: { maxTokens: 40 }, evaluation: EVALUATION
}

/** Writes the run file into a folder of its own and runs it. */
export async function runArm(folder: string, run: Omit<RunFileInput, 'environment'>): Promise<ArmRun> {
  const { summary, events } = await runWhole(folder, { ...COMMON, ...run })
  return readArm(summary, events)
}

function readArm(summary: Summary, events: readonly RunEvent[]): ArmRun {
  const { after } = summary.heldOut
  if (!after) throw new Error(`${summary.name}: the run was not evaluated`)
  const kept = events.flatMap((event) => (event.type === 'stepFinished' && event.metrics['groups/kept'] !== undefined ? [event.metrics['groups/kept']] : []))
  return {
    passAt1: after.passAt1.value, greedy: after.greedy?.value ?? NaN, stepTruth: after.stepTruth?.value ?? NaN,
    trainedTokens: summary.cost.trainedTokens, sampledTokens: summary.cost.sampledTokens, seconds: summary.cost.wallSeconds,
    ...(kept.length > 0 && { groupsKept: kept.reduce((a, b) => a + b, 0) / kept.length })
  }
}

/** A run file of the sample, on another seed, model and number of steps. */
export async function runSample(folder: string, file: string, model: string, seed: number, steps: number): Promise<ArmRun> {
  const set = { model, steps, evaluation: EVALUATION }
  const events = await labRun(file, folder, ['--seed', String(seed), ...Object.entries(set).flatMap(([path, value]) => ['--set', `${path}=${JSON.stringify(value)}`])])
  return readArm(readSummary(folder), events)
}

/** Choosing among the samples of the untrained model. */
export interface RerankRun {
  readonly majority: number
  readonly bestOfN: number
  readonly weightedMajority: number
  readonly bestOfNOverMajority: Estimate
  readonly weightedOverMajority: Estimate
}

/** Evaluates a model as it is, its samples reranked by a step reward model. */
export async function rerank(folder: string, model: string, rewardModel: string, seed: number): Promise<RerankRun> {
  const { summary } = await runWhole(folder, {
    ...COMMON, name: 'rerank', model, seed, steps: 0, evaluation: { ...EVALUATION, samples: 16, rerank: { model: rewardModel, aggregate: 'product' } }
  })
  const found = summary.heldOut.after?.rerank
  if (!found) throw new Error(`${folder}: nothing was reranked`)
  const { majority, bestOfN, weightedMajority, bestOfNOverMajority, weightedOverMajority } = found
  return { majority: majority.value, bestOfN: bestOfN.value, weightedMajority: weightedMajority.value, bestOfNOverMajority, weightedOverMajority }
}

async function runWhole(folder: string, run: RunFileInput): Promise<{ summary: Summary; events: RunEvent[] }> {
  const file = join(folder, 'arm.run.json')
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, JSON.stringify(run))
  const events = await labRun(file, join(folder, 'run'))
  return { summary: readSummary(join(folder, 'run')), events }
}

/** The run directory at or below this folder. */
export function runDirectoryIn(folder: string): string {
  const found = ['', ...readdirSync(folder)].map((name) => join(folder, name)).find((path) => existsSync(join(path, 'run.json')))
  if (found === undefined) throw new Error(`${folder} holds no run`)
  return found
}

/** The model that the run in this folder exported. */
export const modelOf = (folder: string): string => join(runDirectoryIn(join(folder, 'run')), 'model')
