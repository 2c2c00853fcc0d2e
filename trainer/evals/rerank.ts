import type { Rerank } from '../protocol/summary.ts'
import { bootstrapMean, pairedDifference } from './bootstrap.ts'
import { byProblem } from './gradedSample.ts'
import { groupBy } from './grouping.ts'

/** A sample that a step reward model scored; null = not scorable. */
export interface RankedSample {
  readonly problemId: string
  readonly correct: boolean | null
  /** Answers that are equal are written alike (`Environment.voteKey`); null = none found, which gets no vote. */
  readonly answer: string | null
  /** In [0, 1]; null = the model gave none. */
  readonly score: number | null
}

interface Candidate {
  readonly correct: boolean
  readonly answer: string | null
  readonly score: number
}

/**
 * Accuracy of choosing one answer from the n samples of each problem: the most frequent one (majority vote, Wang et al. 2023),
 * the sample with the highest score (best of n), and the answer with the highest sum of scores (weighted majority, Li et al.
 * 2023; Wang et al. 2024). Between equals the choice is even, so that the share of right ones among them counts; a problem
 * without any answer counts as wrong. Undefined where nothing was scored. Intervals are 95 % bootstraps over problems,
 * differences are paired.
 */
export function rerankFigures(samples: readonly RankedSample[], seed: number): Rerank | undefined {
  const problems = [...byProblem(samples).values()].map(candidatesOf).filter((candidates) => candidates.length > 0)
  if (problems.length === 0) return undefined
  const majority = problems.map((candidates) => bestAnswer(candidates, () => 1))
  const bestOfN = problems.map(bestSample)
  const weighted = problems.map((candidates) => bestAnswer(candidates, ({ score }) => score))
  return {
    problems: problems.length,
    samplesPerProblem: Math.max(...problems.map(({ length }) => length)),
    majority: bootstrapMean(majority, seed),
    bestOfN: bootstrapMean(bestOfN, seed),
    weightedMajority: bootstrapMean(weighted, seed),
    bestOfNOverMajority: pairedDifference(majority, bestOfN, seed),
    weightedOverMajority: pairedDifference(majority, weighted, seed)
  }
}

const candidatesOf = (samples: readonly RankedSample[]): Candidate[] =>
  samples.flatMap(({ correct, answer, score }) => (correct === null || score === null ? [] : [{ correct, answer, score }]))

/** Share of right ones among the samples with the highest score. */
function bestSample(candidates: readonly Candidate[]): number {
  const highest = candidates.reduce((best, { score }) => Math.max(best, score), -Infinity)
  return shareRight(candidates.filter(({ score }) => score === highest))
}

/** Whether the answer with the highest sum of votes is right; the mean over answers with equal sums. */
function bestAnswer(candidates: readonly Candidate[], vote: (candidate: Candidate) => number): number {
  const answers = [...groupBy(candidates.filter(({ answer }) => answer !== null), ({ answer }) => answer!).values()]
  const sums = answers.map((group) => group.reduce((sum, candidate) => sum + vote(candidate), 0))
  const highest = sums.reduce((best, sum) => Math.max(best, sum), -Infinity)
  const winners = answers.filter((_, i) => sums[i] === highest)
  return winners.length === 0 ? 0 : winners.reduce((sum, group) => sum + shareRight(group), 0) / winners.length
}

const shareRight = (candidates: readonly Candidate[]): number => candidates.filter(({ correct }) => correct).length / candidates.length
