import type { Loss, LossTerm, Normalisation, SequenceLogprobs, TrainSequence } from '../engine.ts'
import { headLoss, isHeadTerm } from './headLoss.ts'
import type { HeadTerm } from './headLoss.ts'
import { pairLoss } from './pairLoss.ts'

/** What the policy says of a sequence; `heads_T` of its reward head. */
export interface TokenOutputs extends SequenceLogprobs {
  readonly heads_T: readonly number[]
}

/** The loss of a batch with its derivatives by log-probability and entropy of every token (0 where masked). */
export interface LossValue {
  readonly loss: number
  readonly termValues: readonly number[]
  readonly gradLogprobs: readonly (readonly number[])[]
  readonly gradEntropies: readonly (readonly number[])[]
  readonly gradHeads: readonly (readonly number[])[]
  readonly clippedLow: number
  readonly clippedHigh: number
  readonly meanRatio: number
  readonly maxRatio: number
}

/** Value of one term per token of a sequence, with derivatives by this sequence's log-probabilities and entropies. */
interface TermOfSequence {
  readonly values_T: readonly number[]
  /** Derivative of Σ_t shares_T[t]·values_T[t]. */
  readonly gradLogprobs_T: readonly number[]
  readonly gradEntropies_T: readonly number[]
}

interface RatioStatistics {
  sum: number
  max: number
  low: number
  high: number
  tokens: number
}

/**
 * Every loss term of the engine contract in double precision, straight from its formulas. An independent reference for
 * engines that compute them inside a graph. `outputs` are the policy's, as many per sequence as it has completion tokens.
 */
export function evaluateLoss(data: readonly TrainSequence[], outputs: readonly TokenOutputs[], loss: Loss): LossValue {
  const shares = tokenShares(data, loss.normalisation)
  const statistics: RatioStatistics = { sum: 0, max: 0, low: 0, high: 0, tokens: 0 }
  const termValues = loss.terms.map(() => 0)
  const gradLogprobs = data.map((sequence) => sequence.completion.map(() => 0))
  const gradEntropies = data.map((sequence) => sequence.completion.map(() => 0))
  const gradHeads = data.map((sequence) => sequence.completion.map(() => 0))
  const { denominator } = loss.normalisation
  loss.terms.forEach((term, k) => {
    if (term.kind === 'pairwise') {
      const { value, gradLogprobs: slopes } = pairLoss(term, data, outputs, denominator)
      termValues[k] = value
      addScaled(gradLogprobs, slopes, term.weight)
    } else if (isHeadTerm(term)) {
      const { value, gradHeads: slopes } = headLoss(term, data, outputs.map(({ heads_T }) => heads_T), denominator)
      termValues[k] = value
      addScaled(gradHeads, slopes, term.weight)
    }
  })
  data.forEach((sequence, i) => {
    loss.terms.forEach((term, k) => {
      if (term.kind === 'pairwise' || isHeadTerm(term)) return
      const result = evaluateTerm(term, sequence, outputs[i]!, shares[i]!, statistics)
      shares[i]!.forEach((share, t) => {
        if (share === 0) return
        termValues[k]! += share * result.values_T[t]!
        gradLogprobs[i]![t]! += term.weight * result.gradLogprobs_T[t]!
        gradEntropies[i]![t]! += term.weight * result.gradEntropies_T[t]!
      })
    })
  })
  return { loss: weightedSum(loss.terms, termValues), termValues, gradLogprobs, gradEntropies, gradHeads, ...ratioSummary(statistics) }
}

function addScaled(sums: readonly number[][], slopes: readonly (readonly number[])[], weight: number): void {
  slopes.forEach((slopes_T, i) => slopes_T.forEach((slope, t) => { sums[i]![t]! += weight * slope }))
}

function weightedSum(terms: readonly LossTerm[], values: readonly number[]): number {
  return terms.reduce((sum, term, k) => sum + term.weight * values[k]!, 0)
}

function ratioSummary(statistics: RatioStatistics): Pick<LossValue, 'clippedLow' | 'clippedHigh' | 'meanRatio' | 'maxRatio'> {
  const { tokens } = statistics
  if (tokens === 0) return { clippedLow: 0, clippedHigh: 0, meanRatio: 1, maxRatio: 1 }
  return {
    clippedLow: statistics.low / tokens,
    clippedHigh: statistics.high / tokens,
    meanRatio: statistics.sum / tokens,
    maxRatio: statistics.max
  }
}

const maskOf = (sequence: TrainSequence): number[] => sequence.completion.map((_, t) => sequence.mask_T?.[t] ?? 1)
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)

/** Each token's share of the average that the normalisation takes; 0 where masked. */
function tokenShares(data: readonly TrainSequence[], normalisation: Normalisation): number[][] {
  const masks = data.map(maskOf)
  const tokens = total(masks.map(total))
  const share = (mask: readonly number[]): number => {
    if (normalisation.kind === 'tokenMean') return 1 / (normalisation.denominator ?? tokens)
    const sequences = normalisation.denominator ?? data.length
    return 1 / (sequences * (normalisation.kind === 'constant' ? normalisation.length : total(mask)))
  }
  return masks.map((mask) => mask.map((flag) => (flag === 0 ? 0 : share(mask))))
}

/** A term that is averaged over tokens as the normalisation says. */
type TokenTerm = Exclude<LossTerm, HeadTerm | { kind: 'pairwise' }>

function evaluateTerm(
  term: TokenTerm, sequence: TrainSequence, output: SequenceLogprobs, shares_T: readonly number[], statistics: RatioStatistics
): TermOfSequence {
  const logprobs_T = output.logprobs_T
  const none = logprobs_T.map(() => 0)
  switch (term.kind) {
    case 'policyGradient':
      return policyGradient(term, sequence, logprobs_T, shares_T, statistics)
    case 'crossEntropy': {
      const weights_T = logprobs_T.map((_, t) => sequence.weights_T?.[t] ?? 1)
      return {
        values_T: logprobs_T.map((logprob, t) => -weights_T[t]! * logprob),
        gradLogprobs_T: weights_T.map((weight, t) => -weight * shares_T[t]!),
        gradEntropies_T: none
      }
    }
    case 'klToReference': {
      const parts = logprobs_T.map((logprob, t) => klPart(term.estimator, (sequence.referenceLogprobs_T?.[t] ?? 0) - logprob))
      return {
        values_T: parts.map((part) => part.value),
        gradLogprobs_T: parts.map((part, t) => part.slope * shares_T[t]!),
        gradEntropies_T: none
      }
    }
    case 'entropyBonus':
      return { values_T: output.entropies_T.map((entropy) => -entropy), gradLogprobs_T: none, gradEntropies_T: shares_T.map((share) => -share) }
  }
}

/** Value and derivative by log π of a KL estimator; u = log π_ref − log π. */
function klPart(estimator: 'k1' | 'k2' | 'k3', u: number): { value: number; slope: number } {
  if (estimator === 'k1') return { value: -u, slope: 1 }
  if (estimator === 'k2') return { value: (u * u) / 2, slope: -u }
  return { value: Math.expm1(u) - u, slope: -Math.expm1(u) }
}

type PolicyGradient = Extract<LossTerm, { kind: 'policyGradient' }>

function policyGradient(
  term: PolicyGradient, sequence: TrainSequence, logprobs_T: readonly number[], shares_T: readonly number[], statistics: RatioStatistics
): TermOfSequence {
  const advantages_T = logprobs_T.map((_, t) => sequence.advantages_T?.[t] ?? 0)
  const gradEntropies_T = logprobs_T.map(() => 0)
  if (term.ratio === 'none') {
    return {
      values_T: logprobs_T.map((logprob, t) => -advantages_T[t]! * logprob),
      gradLogprobs_T: advantages_T.map((advantage, t) => -advantage * shares_T[t]!),
      gradEntropies_T
    }
  }
  const ratios_T = ratiosOf(term.ratio, sequence, logprobs_T, shares_T)
  const clipped = ratios_T.map((ratio, t) => clippedObjective(ratio, advantages_T[t]!, term, shares_T[t] !== 0, statistics))
  const pulls_T = clipped.map((part, t) => -part.slope * ratios_T[t]! * shares_T[t]!)
  return { values_T: clipped.map((part) => -part.value), gradLogprobs_T: spread(term.ratio, pulls_T, shares_T), gradEntropies_T }
}

/** exp(log π − behaviour) per token; per sequence exp of its mean over masked-in tokens (GSPO). */
function ratiosOf(kind: 'token' | 'sequence', sequence: TrainSequence, logprobs_T: readonly number[], shares_T: readonly number[]): number[] {
  const differences = logprobs_T.map((logprob, t) => logprob - (sequence.behaviourLogprobs_T?.[t] ?? 0))
  if (kind === 'token') return differences.map(Math.exp)
  const active = differences.filter((_, t) => shares_T[t] !== 0)
  const ratio = active.length === 0 ? 1 : Math.exp(total(active) / active.length)
  return differences.map(() => ratio)
}

/** d(Σ share·value)/d log π: a sequence ratio depends on each of its tokens by one part in their number. */
function spread(kind: 'token' | 'sequence', pulls_T: readonly number[], shares_T: readonly number[]): number[] {
  if (kind === 'token') return [...pulls_T]
  const active = shares_T.filter((share) => share !== 0).length
  const mean = active === 0 ? 0 : total(pulls_T) / active
  return shares_T.map((share) => (share === 0 ? 0 : mean))
}

/** min(ρA, clip(ρ)A) and its derivative by ρ: A, or 0 where the clip cut it. */
function clippedObjective(
  ratio: number, advantage: number, term: PolicyGradient, counted: boolean, statistics: RatioStatistics
): { value: number; slope: number } {
  const low = term.clipLow === undefined ? -Infinity : 1 - term.clipLow
  const high = term.clipHigh === undefined ? Infinity : 1 + term.clipHigh
  const cutHigh = advantage > 0 && ratio > high
  const cutLow = advantage < 0 && ratio < low
  if (counted) {
    statistics.tokens += 1
    statistics.sum += ratio
    statistics.max = Math.max(statistics.max, ratio)
    statistics.low += cutLow ? 1 : 0
    statistics.high += cutHigh ? 1 : 0
  }
  if (cutHigh) return { value: high * advantage, slope: 0 }
  if (cutLow) return { value: low * advantage, slope: 0 }
  return { value: ratio * advantage, slope: advantage }
}
