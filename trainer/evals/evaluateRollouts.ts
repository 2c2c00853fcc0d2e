import type { Estimate } from '../protocol/numbers.ts'
import type { EvaluationResult } from '../protocol/summary.ts'
import { bootstrapMean, pairedDifference } from './bootstrap.ts'
import { byProblem, countByProblem, nothingScorable } from './gradedSample.ts'
import type { GradedSample } from './gradedSample.ts'
import { meanOf, shareOf } from './means.ts'
import { averageAtN, passAtK } from './passAtK.ts'
import type { ProblemCount } from './passAtK.ts'
import { rerankFigures } from './rerank.ts'
import type { RankedSample } from './rerank.ts'
import { stepTruth } from './stepTruth.ts'
import { wilsonInterval } from './wilson.ts'

export interface EvaluationInput {
  readonly environment: string
  readonly temperature: number
  /** Samples at `temperature`, several per problem. */
  readonly samples: readonly GradedSample[]
  /** One greedy completion per problem; empty = not asked for. */
  readonly greedy: readonly GradedSample[]
  readonly k: readonly number[]
  /** The samples with the scores of a step reward model; empty = none was given. */
  readonly ranked?: readonly RankedSample[]
  /** Of the bootstrap. */
  readonly seed: number
}

/**
 * The figures of one evaluation. pass@k is unbiased and averaged over problems with at least k scorable samples (left out
 * where there is none), with bootstrap intervals over problems; greedy accuracy has a Wilson interval, being one trial per
 * problem. pass@1 is always there, whether `k` holds 1 or not. @throws LabError `evaluation/nothing-scorable`.
 */
export function evaluateRollouts(input: EvaluationInput): EvaluationResult {
  const counts = [...countByProblem(input.samples).values()]
  const passAt1 = estimatePassAtK(counts, 1, input.seed)
  if (!passAt1) throw nothingScorable(`Evaluation on ${input.environment}`)
  const passAtKs = estimatesByK(counts, input.k, input.seed)
  const truth = stepTruth(input.samples, input.seed)
  const greedy = greedyAccuracy(input.greedy)
  const passAt16 = passAtKs['16']
  const rerank = rerankFigures(input.ranked ?? [], input.seed)
  return {
    environment: input.environment,
    problems: counts.length,
    samplesPerProblem: Math.max(...counts.map(({ samples }) => samples)),
    temperature: input.temperature,
    passAt1,
    ...(passAt16 && { passAt16 }),
    passAtK: passAtKs,
    ...(greedy && { greedy }),
    ...(truth && { stepTruth: truth }),
    ...(rerank && { rerank }),
    truncated: shareOf(input.samples, ({ truncated }) => truncated),
    meanTokens: meanOf(input.samples.map(({ tokens }) => tokens))
  }
}

/**
 * pass@1 after minus before, paired over the problems that have scorable samples in both.
 * @throws LabError `evaluation/nothing-scorable` where there is no such problem.
 */
export function gainInPassAt1(before: readonly GradedSample[], after: readonly GradedSample[], seed: number): Estimate {
  const countsAfter = countByProblem(after)
  const pairs = [...countByProblem(before)].flatMap(([problemId, countBefore]) => {
    const countAfter = countsAfter.get(problemId)
    return countAfter ? [{ before: averageAtN(countBefore), after: averageAtN(countAfter) }] : []
  })
  if (pairs.length === 0) throw nothingScorable('Gain in pass@1')
  return pairedDifference(pairs.map((pair) => pair.before), pairs.map((pair) => pair.after), seed)
}

function estimatesByK(counts: readonly ProblemCount[], ks: readonly number[], seed: number): Record<string, Estimate> {
  const estimates: Record<string, Estimate> = {}
  for (const k of ks) {
    const estimate = estimatePassAtK(counts, k, seed)
    if (estimate) estimates[String(k)] = estimate
  }
  return estimates
}

function estimatePassAtK(counts: readonly ProblemCount[], k: number, seed: number): Estimate | undefined {
  const values = counts.filter(({ samples }) => samples >= k).map((count) => passAtK(count, k))
  return values.length === 0 ? undefined : bootstrapMean(values, seed)
}

function greedyAccuracy(greedy: readonly GradedSample[]): Estimate | undefined {
  const verdicts = [...byProblem(greedy).values()].flatMap(([first]) => (first && first.correct !== null ? [first.correct] : []))
  return verdicts.length === 0 ? undefined : wilsonInterval(verdicts.filter(Boolean).length, verdicts.length)
}
