import type { ForwardBackwardResult, Gauges, OptimizerStepResult } from '../engines/engine.ts'
import type { Rollout } from '../protocol/rollout.ts'
import { writtenCount } from '../protocol/toolTokens.ts'
import { executionMetrics, executionSpeed } from './executionMetrics.ts'
import type { Executed } from './executionMetrics.ts'
import { klEstimates } from './klEstimates.ts'
import type { KlEstimator } from './klEstimates.ts'
import { maximumOf, meanOf } from './means.ts'
import { rolloutMetrics } from './rolloutMetrics.ts'

/** One optimiser step of an RL step. */
export interface UpdateFigures {
  /** The forward and backward calls accumulated into it, each with the tokens that its mask let through. */
  readonly calls: readonly { readonly result: ForwardBackwardResult; readonly maskedTokens: number }[]
  readonly optimizer: OptimizerStepResult
  readonly learningRate: number
}

/** Log-probabilities of the same completion tokens under sampler and trainer, before the first update. */
export interface ScoredTokens {
  readonly sampler_T: readonly number[]
  readonly trainer_T: readonly number[]
}

/** Log-probabilities of what the policy wrote in a rollout, under it and under the reference. */
export interface ReferencedTokens {
  readonly policy_T: readonly number[]
  readonly reference_T: readonly number[]
}

/** Phases of a step, in their order. */
export type Phase = 'sample' | 'score' | 'weigh' | 'update' | 'evaluate' | 'checkpoint'

export interface StepFigures {
  /** The training rollouts of the step's last attempt. */
  readonly rollouts: readonly Rollout[]
  /** Groups dropped by the filter, by reason. */
  readonly droppedGroups: Readonly<Record<string, number>>
  readonly scoredTokens: readonly ScoredTokens[]
  /** Of all rollouts that are no refinements, dropped ones too; empty without a reference. */
  readonly referencedTokens: readonly ReferencedTokens[]
  readonly updates: readonly UpdateFigures[]
  readonly seconds: Readonly<Partial<Record<Phase, number>>>
  /** While this process sampled and scored; absent where nothing could be run. */
  readonly executed?: Executed
  /** What the device's driver tells after the update. */
  readonly device?: Gauges | undefined
}

/**
 * The values of a metrics record, by the names of METRIC_DEFINITIONS. A value that cannot be computed (no right rollout,
 * no reference, no update, not finite) is absent.
 */
export function stepMetrics(figures: StepFigures): Record<string, number> {
  return onlyFinite({
    ...rolloutMetrics(figures.rollouts, figures.droppedGroups),
    ...executionMetrics(figures.rollouts),
    ...mismatchMetrics(figures.scoredTokens),
    ...klMetrics(figures.referencedTokens),
    ...updateMetrics(figures.updates),
    ...speedMetrics(figures),
    ...deviceMetrics(figures.device ?? {})
  })
}

const deviceMetrics = ({ memoryBytes = NaN, peakMemoryBytes = NaN, utilisation = NaN, powerWatts = NaN }: Gauges): Record<string, number> => ({
  'device/memoryBytes': memoryBytes, 'device/peakMemoryBytes': peakMemoryBytes, 'device/utilisation': utilisation, 'device/powerWatts': powerWatts
})

function mismatchMetrics(scored: readonly ScoredTokens[]): Record<string, number> {
  const mismatches = scored.flatMap(({ sampler_T, trainer_T }) => sampler_T.map((logprob, t) => Math.abs(logprob - (trainer_T[t] ?? NaN))))
  return { 'mismatch/mean': meanOf(mismatches), 'mismatch/max': maximumOf(mismatches) }
}

function klMetrics(referenced: readonly ReferencedTokens[]): Record<string, number> {
  const kl = (estimator: KlEstimator): number => meanOf(referenced.flatMap(({ policy_T, reference_T }) => klEstimates(policy_T, reference_T, estimator)))
  return { 'kl/k1': kl('k1'), 'kl/k2': kl('k2'), 'kl/k3': kl('k3') }
}

function updateMetrics(updates: readonly UpdateFigures[]): Record<string, number> {
  const calls = updates.flatMap((update) => update.calls)
  const masked = calls.reduce((sum, { maskedTokens }) => sum + maskedTokens, 0)
  const perToken = (read: (result: ForwardBackwardResult) => number): number =>
    calls.reduce((sum, { result, maskedTokens }) => sum + read(result) * maskedTokens, 0) / masked
  const perUpdate = (read: (update: UpdateFigures) => number): number => meanOf(updates.map(read))
  return {
    'ratio/mean': perToken(({ meanRatio }) => meanRatio),
    'ratio/max': maximumOf(calls.map(({ result }) => result.maxRatio)),
    'ratio/clippedLow': perToken(({ clippedLow }) => clippedLow),
    'ratio/clippedHigh': perToken(({ clippedHigh }) => clippedHigh),
    'loss/total': perUpdate((update) => update.calls.reduce((sum, { result }) => sum + result.loss, 0)),
    'gradient/norm': perUpdate(({ optimizer }) => optimizer.gradNorm),
    'update/norm': perUpdate(({ optimizer }) => optimizer.updateNorm),
    'update/relative': perUpdate(({ optimizer }) => optimizer.updateNorm / optimizer.parameterNorm),
    'optimizer/learningRate': updates.at(-1)?.learningRate ?? NaN
  }
}

function speedMetrics({ rollouts, updates, seconds, executed }: StepFigures): Record<string, number> {
  const sampled = rollouts.flatMap(({ segments }) => segments).reduce((sum, segment) => sum + writtenCount(segment), 0)
  const trained = updates.flatMap(({ calls }) => calls).reduce((sum, { result }) => sum + result.tokens, 0)
  return {
    ...Object.fromEntries(Object.entries(seconds).map(([phase, value]) => [`seconds/${phase}`, value])),
    'throughput/sampled': sampled / (seconds.sample ?? NaN),
    'throughput/trained': trained / (seconds.update ?? NaN),
    ...executionSpeed(executed, Object.values(seconds).reduce((sum, value) => sum + value, 0))
  }
}

function onlyFinite(values: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => Number.isFinite(value)))
}
