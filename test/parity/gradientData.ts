import type { Loss, LossTerm, Normalisation, SequenceLogprobs, TokenSequence, TrainSequence } from '../../trainer/engines/engine.ts'
import { randomStream } from '../../trainer/random/random.ts'

const LENGTHS = [[3, 9], [1, 2], [12, 5], [2, 17], [6, 1], [4, 8]] as const
/** Of log-probabilities to the behaviour policy's: inside and outside the clips below, on both sides, away from the edges. */
const OFFSETS = [-0.7, -0.35, -0.1, 0.06, 0.2, 0.45]

export function tokenSequences(vocabularySize: number): TokenSequence[] {
  const random = randomStream('gradient tokens')
  const tokens = (count: number): number[] => Array.from({ length: count }, () => random.integer(vocabularySize))
  return LENGTHS.map(([prompt, completion]) => ({ prompt: tokens(prompt), completion: tokens(completion) }))
}

/** With all that a loss term may read; ratios are spread around 1 by what the policy itself gives. */
export function trainSequences(vocabularySize: number, current: readonly SequenceLogprobs[]): TrainSequence[] {
  return tokenSequences(vocabularySize).map((sequence, i) => {
    const random = randomStream('gradient data', i)
    const { logprobs_T } = current[i]!
    // A sequence's ratio is the mean over its tokens: all of them lie on one side.
    const side = i % 2 === 0 ? 0.25 : -0.25
    return {
      ...sequence,
      mask_T: logprobs_T.map((_, t) => (i === 3 ? Number(t >= 5) : i === 0 ? Number(t % 3 !== 1) : 1)),
      advantages_T: logprobs_T.map(() => random.normal()),
      behaviourLogprobs_T: logprobs_T.map((logprob) => logprob - random.pick(OFFSETS) - side),
      referenceLogprobs_T: logprobs_T.map((logprob) => logprob + 0.4 * random.normal()),
      weights_T: logprobs_T.map(() => 2 * random.next())
    }
  })
}

const TERMS: Readonly<Record<string, LossTerm>> = {
  'policyGradient, no ratio': { kind: 'policyGradient', weight: 1, ratio: 'none' },
  'policyGradient, token ratio': { kind: 'policyGradient', weight: 1, ratio: 'token' },
  'policyGradient, token ratio, both clips': { kind: 'policyGradient', weight: 1.5, ratio: 'token', clipLow: 0.2, clipHigh: 0.3 },
  'policyGradient, token ratio, low clip alone': { kind: 'policyGradient', weight: 1, ratio: 'token', clipLow: 0.2 },
  'policyGradient, token ratio, high clip alone': { kind: 'policyGradient', weight: 1, ratio: 'token', clipHigh: 0.3 },
  'policyGradient, sequence ratio': { kind: 'policyGradient', weight: 1, ratio: 'sequence' },
  'policyGradient, sequence ratio, both clips': { kind: 'policyGradient', weight: 1, ratio: 'sequence', clipLow: 0.1, clipHigh: 0.15 },
  'crossEntropy with weights': { kind: 'crossEntropy', weight: 0.8 },
  'klToReference, k1': { kind: 'klToReference', weight: 1, estimator: 'k1' },
  'klToReference, k2': { kind: 'klToReference', weight: 1, estimator: 'k2' },
  'klToReference, k3': { kind: 'klToReference', weight: 0.3, estimator: 'k3' },
  entropyBonus: { kind: 'entropyBonus', weight: 0.7 }
}

export const CLIPPED = 'policyGradient, token ratio, both clips'
export const CLIPPED_SEQUENCES = 'policyGradient, sequence ratio, both clips'

/** Terms that a real run would put together, and then some. */
const COMBINED: readonly LossTerm[] = [
  { kind: 'policyGradient', weight: 1, ratio: 'token', clipLow: 0.2, clipHigh: 0.3 },
  { kind: 'policyGradient', weight: 0.5, ratio: 'sequence', clipHigh: 0.15 },
  { kind: 'crossEntropy', weight: 0.1 },
  { kind: 'klToReference', weight: 0.2, estimator: 'k3' },
  { kind: 'klToReference', weight: 0.1, estimator: 'k2' },
  { kind: 'entropyBonus', weight: 0.05 }
]

const NORMALISATIONS: Readonly<Record<string, Normalisation>> = {
  'token mean': { kind: 'tokenMean' },
  'token mean over 100': { kind: 'tokenMean', denominator: 100 },
  'sequence mean': { kind: 'sequenceMean' },
  'sequence mean over 16': { kind: 'sequenceMean', denominator: 16 },
  'constant length': { kind: 'constant', length: 20 },
  'constant length over 16': { kind: 'constant', length: 20, denominator: 16 }
}

/** Every term alone, then all together under every normalisation. */
export const LOSSES: Readonly<Record<string, Loss>> = {
  ...Object.fromEntries(Object.entries(TERMS).map(([name, term]) => [name, { terms: [term], normalisation: { kind: 'tokenMean' } }])),
  ...Object.fromEntries(Object.entries(NORMALISATIONS).map(([name, normalisation]) => [`several terms, ${name}`, { terms: COMBINED, normalisation }]))
}

export const COMBINED_LOSS: Loss = { terms: COMBINED, normalisation: { kind: 'sequenceMean' } }
