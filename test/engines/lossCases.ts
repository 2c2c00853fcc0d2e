/** Losses over which engines are compared with each other and with PyTorch, and the data that they read. */
import type { Loss, LossTerm, Normalisation, SequenceLogprobs, TokenSequence, TrainSequence } from '../../trainer/engines/engine.ts'
import { randomStream } from '../../trainer/random/random.ts'

export interface LossInputs {
  /** Names the random numbers. */
  readonly name: string
  readonly masked: (sequence: number, t: number) => boolean
  /** Added to the differences below, on one side for all tokens of a sequence: a sequence's ratio is the mean over them. */
  readonly side: number
  /** Of log-probabilities to the behaviour policy's: inside and outside of the clips below, on both sides, away from the edges. */
  readonly offsets: readonly number[]
}

/** With all that a loss term may read; ratios are spread around 1 by what the policy itself gives. */
export function withLossInputs(sequences: readonly TokenSequence[], current: readonly SequenceLogprobs[], inputs: LossInputs): TrainSequence[] {
  return sequences.map((sequence, i) => {
    const random = randomStream(inputs.name, i)
    const { logprobs_T } = current[i]!
    const side = i % 2 === 0 ? inputs.side : -inputs.side
    return {
      ...sequence,
      mask_T: logprobs_T.map((_, t) => (inputs.masked(i, t) ? 0 : 1)),
      advantages_T: logprobs_T.map(() => random.normal()),
      behaviourLogprobs_T: logprobs_T.map((logprob) => logprob - side - random.pick(inputs.offsets)),
      referenceLogprobs_T: logprobs_T.map((logprob) => logprob + 0.4 * random.normal()),
      weights_T: logprobs_T.map(() => 2 * random.next()),
      ...(i < 4 && { pair: { name: `pair ${i % 2}`, side: (i < 2) === (i % 2 === 0) ? 'chosen' as const : 'rejected' as const } }),
      stepLabels_T: logprobs_T.map((_, t) => ((t + i) % 3 === 0 ? null : random.next())),
      returns_T: logprobs_T.map((_, t) => ((t + i) % 2 === 0 ? random.normal() : null))
    }
  })
}

export const CLIPPED = 'policyGradient with clipped token ratios'
export const CLIPPED_SEQUENCES = 'policyGradient with clipped sequence ratios'

export const TERMS: Readonly<Record<string, LossTerm>> = {
  'policyGradient without a ratio': { kind: 'policyGradient', weight: 1, ratio: 'none' },
  'policyGradient with token ratios': { kind: 'policyGradient', weight: 2, ratio: 'token' },
  [CLIPPED]: { kind: 'policyGradient', weight: 1.5, ratio: 'token', clipLow: 0.2, clipHigh: 0.3 },
  'policyGradient with a low clip alone': { kind: 'policyGradient', weight: 1, ratio: 'token', clipLow: 0.2 },
  'policyGradient with a high clip alone': { kind: 'policyGradient', weight: 1, ratio: 'token', clipHigh: 0.3 },
  'policyGradient with sequence ratios': { kind: 'policyGradient', weight: 1, ratio: 'sequence' },
  [CLIPPED_SEQUENCES]: { kind: 'policyGradient', weight: 1, ratio: 'sequence', clipLow: 0.1, clipHigh: 0.15 },
  'crossEntropy with weights': { kind: 'crossEntropy', weight: 0.8 },
  'klToReference k1': { kind: 'klToReference', weight: 1, estimator: 'k1' },
  'klToReference k2': { kind: 'klToReference', weight: 1, estimator: 'k2' },
  'klToReference k3': { kind: 'klToReference', weight: 0.5, estimator: 'k3' },
  entropyBonus: { kind: 'entropyBonus', weight: 0.7 },
  'pairwise, sigmoid': { kind: 'pairwise', weight: 1.2, variant: 'sigmoid', beta: 0.3 },
  'pairwise, sigmoid with smoothing, margin and means': { kind: 'pairwise', weight: 1, variant: 'sigmoid', beta: 2, labelSmoothing: 0.1, margin: 0.4, lengthNormalised: true },
  'pairwise, hinge': { kind: 'pairwise', weight: 1, variant: 'hinge', beta: 0.1 },
  'pairwise, ipo': { kind: 'pairwise', weight: 0.5, variant: 'ipo', beta: 0.5 }
}

/** Terms of the reward head, which a model does not have before it is trained. */
export const HEAD_TERMS: readonly LossTerm[] = [{ kind: 'stepReward', weight: 0.8 }, { kind: 'valueRegression', weight: 0.3 }]

/** Terms that a real run would put together, and then some. */
export const COMBINED: readonly LossTerm[] = [
  { kind: 'policyGradient', weight: 1, ratio: 'token', clipLow: 0.2, clipHigh: 0.3 },
  { kind: 'policyGradient', weight: 0.5, ratio: 'sequence', clipHigh: 0.15 },
  { kind: 'crossEntropy', weight: 0.1 },
  { kind: 'klToReference', weight: 0.2, estimator: 'k3' },
  { kind: 'klToReference', weight: 0.1, estimator: 'k2' },
  { kind: 'entropyBonus', weight: 0.05 }
]

/** Denominators are other than those of the data, as they are where several calls make one batch. */
const normalisations = ({ tokens, sequences, length }: { tokens: number; sequences: number; length: number }): Readonly<Record<string, Normalisation>> => ({
  'token mean': { kind: 'tokenMean' },
  [`token mean over ${tokens}`]: { kind: 'tokenMean', denominator: tokens },
  'sequence mean': { kind: 'sequenceMean' },
  [`sequence mean over ${sequences}`]: { kind: 'sequenceMean', denominator: sequences },
  'constant length': { kind: 'constant', length },
  [`constant length over ${sequences}`]: { kind: 'constant', length, denominator: sequences }
})

/** Every term alone, then all together under every normalisation; of the terms that `has` lets through. */
export function lossCases(sizes: Parameters<typeof normalisations>[0], has: (term: LossTerm) => boolean = () => true): Readonly<Record<string, Loss>> {
  const alone = Object.entries(TERMS).filter(([, term]) => has(term))
  return {
    ...Object.fromEntries(alone.map(([name, term]) => [name, { terms: [term], normalisation: { kind: 'tokenMean' } }])),
    ...Object.fromEntries(Object.entries(normalisations(sizes)).map(([name, normalisation]) => [`several terms, ${name}`, { terms: COMBINED.filter(has), normalisation }]))
  }
}
