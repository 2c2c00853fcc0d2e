import type { LossTerm, SequenceLogprobs, TrainSequence } from '../../engine.ts'

export type PairTerm = Extract<LossTerm, { kind: 'pairwise' }>

/** A pairwise term before its weight: averaged over the pairs, with dL/dlogp of every completion token. */
export interface PairTermValue {
  readonly value: number
  readonly slopes: readonly Float32Array[]
}

interface Side {
  readonly index: number
  /** Σ, or mean, of log π − log π_ref over masked-in tokens. */
  readonly score: number
  readonly mask: Float32Array
  /** What one token's log-probability adds to the score. */
  readonly share: number
}

/**
 * Value and slopes of the term on log-probabilities that are known: with them the gradient is that of a weighted sum of
 * log-probabilities, which micro-batches can take apart. The definitions stand in engine.ts.
 */
export function pairTerm(term: PairTerm, data: readonly TrainSequence[], masks: readonly Float32Array[], scored: readonly SequenceLogprobs[], denominator?: number): PairTermValue {
  const slopes = data.map(({ completion }) => new Float32Array(completion.length))
  const pairs = pairsOf(data, (index) => sideOf(term, index, data[index]!, masks[index]!, scored[index]!))
  const divisor = denominator ?? Math.max(1, pairs.length)
  let value = 0
  for (const { chosen, rejected } of pairs) {
    const margin = term.beta * (chosen.score - rejected.score) - (term.margin ?? 0)
    const { loss, slope } = lossOf(term, margin)
    value += loss / divisor
    const byScore = (term.beta * slope) / divisor
    for (const [side, sign] of [[chosen, 1], [rejected, -1]] as const) {
      side.mask.forEach((flag, t) => { slopes[side.index]![t] = flag * sign * byScore * side.share })
    }
  }
  return { value, slopes }
}

/** In the order of their chosen sides, so that sums have one order. */
function pairsOf(data: readonly TrainSequence[], side: (index: number) => Side): { chosen: Side; rejected: Side }[] {
  const rejected = new Map<string, number>()
  data.forEach(({ pair }, i) => { if (pair?.side === 'rejected') rejected.set(pair.name, i) })
  return data.flatMap(({ pair }, i) => (pair?.side === 'chosen' ? [{ chosen: side(i), rejected: side(rejected.get(pair.name)!) }] : []))
}

function sideOf(term: PairTerm, index: number, sequence: TrainSequence, mask: Float32Array, { logprobs_T }: SequenceLogprobs): Side {
  const tokens = mask.reduce((sum, flag) => sum + flag, 0)
  const share = term.lengthNormalised ? 1 / Math.max(1, tokens) : 1
  let score = 0
  mask.forEach((flag, t) => { if (flag !== 0) score += share * (logprobs_T[t]! - (sequence.referenceLogprobs_T?.[t] ?? 0)) })
  return { index, score, mask, share }
}

/** log(1 + eˣ) without overflow. */
export const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)))

function lossOf({ variant, beta, labelSmoothing = 0 }: PairTerm, z: number): { loss: number; slope: number } {
  switch (variant) {
    case 'sigmoid':
      return { loss: (1 - labelSmoothing) * softplus(-z) + labelSmoothing * softplus(z), slope: sigmoid(z) - 1 + labelSmoothing }
    case 'hinge': return z < 1 ? { loss: 1 - z, slope: -1 } : { loss: 0, slope: 0 }
    case 'ipo': {
      const distance = (z - 0.5) / beta
      return { loss: distance * distance, slope: (2 * distance) / beta }
    }
  }
}
