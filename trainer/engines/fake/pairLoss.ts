import type { LossTerm, SequenceLogprobs, TrainSequence } from '../engine.ts'

type Pairwise = Extract<LossTerm, { kind: 'pairwise' }>

/** Value of a pairwise term and its derivatives by the log-probability of every token, before the term's weight. */
export interface PairLoss {
  readonly value: number
  readonly gradLogprobs: readonly (readonly number[])[]
}

/** Straight from the definitions in engine.ts: DPO and cDPO (Rafailov et al. 2023), SLiC's hinge, IPO, SimPO. */
export function pairLoss(term: Pairwise, data: readonly TrainSequence[], outputs: readonly SequenceLogprobs[], denominator: number | undefined): PairLoss {
  const gradLogprobs = data.map(({ completion }) => completion.map(() => 0))
  const pairs = pairsOf(data)
  const share = 1 / (denominator ?? Math.max(1, pairs.length))
  let value = 0
  for (const [chosen, rejected] of pairs) {
    const z = term.beta * (score(term, data[chosen]!, outputs[chosen]!) - score(term, data[rejected]!, outputs[rejected]!)) - (term.margin ?? 0)
    const { loss, slope } = lossOfMargin(term, z)
    value += share * loss
    for (const [index, sign] of [[chosen, 1], [rejected, -1]] as const) {
      const mask = maskOf(data[index]!)
      const tokens = mask.filter((flag) => flag !== 0).length
      mask.forEach((flag, t) => {
        if (flag !== 0) gradLogprobs[index]![t] = (sign * share * slope * term.beta) / (term.lengthNormalised ? tokens : 1)
      })
    }
  }
  return { value, gradLogprobs }
}

/** Indices of the two sides of every pair. */
function pairsOf(data: readonly TrainSequence[]): [number, number][] {
  return data.flatMap(({ pair }, i) => {
    if (pair?.side !== 'chosen') return []
    return [[i, data.findIndex((other) => other.pair?.name === pair.name && other.pair.side === 'rejected')] as [number, number]]
  })
}

const maskOf = (sequence: TrainSequence): number[] => sequence.completion.map((_, t) => sequence.mask_T?.[t] ?? 1)

/** Sum, or mean, of log π − log π_ref over masked-in tokens. */
function score(term: Pairwise, sequence: TrainSequence, { logprobs_T }: SequenceLogprobs): number {
  const active = maskOf(sequence).flatMap((flag, t) => (flag === 0 ? [] : [logprobs_T[t]! - (sequence.referenceLogprobs_T?.[t] ?? 0)]))
  const sum = active.reduce((total, d) => total + d, 0)
  return term.lengthNormalised ? sum / Math.max(1, active.length) : sum
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

function lossOfMargin({ variant, beta, labelSmoothing = 0 }: Pairwise, z: number): { loss: number; slope: number } {
  if (variant === 'hinge') return z < 1 ? { loss: 1 - z, slope: -1 } : { loss: 0, slope: 0 }
  if (variant === 'ipo') {
    const apart = z / beta - 1 / (2 * beta)
    return { loss: apart * apart, slope: (2 * apart) / beta }
  }
  return {
    loss: -(1 - labelSmoothing) * Math.log(sigmoid(z)) - labelSmoothing * Math.log(sigmoid(-z)),
    slope: -(1 - labelSmoothing) * sigmoid(-z) + labelSmoothing * sigmoid(z)
  }
}
