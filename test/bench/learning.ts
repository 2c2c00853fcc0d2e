import { join } from 'node:path'
import type { EvaluationResult, Summary } from '../../trainer/protocol/summary.ts'
import { labRun, readSummary, root } from './labProcess.ts'

/** Runs of one sample: the recipe and its control, one per seed. */
export interface LearningResult {
  readonly sample: string
  readonly seeds: readonly number[]
  readonly runs: readonly LearningRun[]
  readonly controls: readonly LearningRun[]
}

export interface LearningRun {
  readonly seed: number
  readonly seconds: number
  readonly sampledTokens: number
  readonly trainedTokens: number
  readonly before: Scores
  readonly after: Scores
  readonly retention: Readonly<Record<string, { readonly before: Scores; readonly after: Scores }>>
  readonly gemmGflops: number
}

export interface Scores {
  readonly passAt1: number
  readonly greedy: number | null
  readonly passAt16: number | null
  readonly stepTruth: number | null
}

export type LearningKind = 'rl' | 'control'

/** A sample's run file, or its control with shuffled rewards, on one seed and one base model. */
export const learningRun = (sample: string, kind: LearningKind, model: string, seed: number, out: string, gemmGflops: number): Promise<LearningRun> =>
  sampleRun(`${sample}/${kind}`, model, seed, out, gemmGflops)

/** A run file below samples/, named without `.run.json`, on one seed and one base model. */
export const sampleRun = (name: string, model: string, seed: number, out: string, gemmGflops: number): Promise<LearningRun> =>
  learningRunOf(join(root, 'samples', `${name}.run.json`), model, seed, out, gemmGflops)

export async function learningRunOf(runFile: string, model: string, seed: number, out: string, gemmGflops: number): Promise<LearningRun> {
  await labRun(runFile, out, ['--seed', String(seed), '--set', `model=${JSON.stringify(model)}`])
  return readRun(readSummary(out), seed, gemmGflops)
}

function readRun(summary: Summary, seed: number, gemmGflops: number): LearningRun {
  const { heldOut, retention, cost } = summary
  return {
    seed, gemmGflops,
    seconds: cost.wallSeconds,
    sampledTokens: cost.sampledTokens,
    trainedTokens: cost.trainedTokens,
    ...bothEnds(heldOut),
    retention: Object.fromEntries(Object.entries(retention).map(([name, set]) => [name, bothEnds(set)]))
  }
}

function bothEnds({ before, after }: Summary['heldOut']): { before: Scores; after: Scores } {
  if (!before || !after) throw new Error('The run was not evaluated at both ends')
  return { before: scores(before), after: scores(after) }
}

const scores = (result: EvaluationResult): Scores => ({
  passAt1: result.passAt1.value,
  greedy: result.greedy?.value ?? null,
  passAt16: result.passAt16?.value ?? null,
  stepTruth: result.stepTruth?.value ?? null
})
