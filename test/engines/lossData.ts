import type { Engine, Loss, LossTerm, TokenSequence, TrainSequence } from '../../trainer/engines/engine.ts'
import { randomStream } from '../../trainer/random/random.ts'
import type { Subject } from './subjects.ts'

const SEQUENCES: readonly TokenSequence[] = [
  { prompt: [1, 2, 3], completion: [3, 4, 3, 5, 0] }, { prompt: [5], completion: [1, 1] }, { prompt: [2, 2, 6, 4], completion: [6, 3, 5, 4, 2, 1, 3] },
  { prompt: [4, 1], completion: [0] }
]

/** With all that a loss term may read; ratios lie inside and outside the clips below, on both sides. */
export async function lossData(engine: Engine): Promise<TrainSequence[]> {
  const current = await engine.logprobs(SEQUENCES)
  return SEQUENCES.map((sequence, i) => {
    const random = randomStream('loss data', i)
    const { logprobs_T } = current[i]!
    const side = i % 2 === 0 ? 0.2 : -0.2
    return {
      ...sequence,
      mask_T: logprobs_T.map((_, t) => (i === 2 && (t === 1 || t === 4) ? 0 : 1)),
      advantages_T: logprobs_T.map(() => random.normal()),
      behaviourLogprobs_T: logprobs_T.map((logprob) => logprob - side - random.pick([-0.6, -0.08, 0.03, 0.55])),
      referenceLogprobs_T: logprobs_T.map((logprob) => logprob + 0.4 * random.normal()),
      weights_T: logprobs_T.map(() => 2 * random.next())
    }
  })
}

const TERMS: Readonly<Record<string, LossTerm>> = {
  'policyGradient without a ratio': { kind: 'policyGradient', weight: 1, ratio: 'none' },
  'policyGradient with token ratios': { kind: 'policyGradient', weight: 2, ratio: 'token' },
  'policyGradient with clipped token ratios': { kind: 'policyGradient', weight: 1, ratio: 'token', clipLow: 0.2, clipHigh: 0.35 },
  'policyGradient with a low clip alone': { kind: 'policyGradient', weight: 1, ratio: 'token', clipLow: 0.2 },
  'policyGradient with sequence ratios': { kind: 'policyGradient', weight: 1, ratio: 'sequence' },
  'policyGradient with clipped sequence ratios': { kind: 'policyGradient', weight: 1, ratio: 'sequence', clipLow: 0.1, clipHigh: 0.1 },
  crossEntropy: { kind: 'crossEntropy', weight: 0.7 },
  'klToReference k1': { kind: 'klToReference', weight: 1, estimator: 'k1' },
  'klToReference k2': { kind: 'klToReference', weight: 1, estimator: 'k2' },
  'klToReference k3': { kind: 'klToReference', weight: 0.5, estimator: 'k3' },
  entropyBonus: { kind: 'entropyBonus', weight: 0.3 }
}

const SEVERAL: readonly LossTerm[] = [
  { kind: 'policyGradient', weight: 1, ratio: 'token', clipLow: 0.2, clipHigh: 0.35 }, { kind: 'klToReference', weight: 0.2, estimator: 'k3' },
  { kind: 'entropyBonus', weight: 0.1 }, { kind: 'crossEntropy', weight: 0.1 }
]

/** Of log-probabilities alone: reachable through the two-pass path. */
export const OF_LOGPROBS: Loss = { terms: SEVERAL.filter(({ kind }) => kind !== 'entropyBonus'), normalisation: { kind: 'sequenceMean' } }

/** Those whose terms the engine has. */
export function lossesOf({ lacks }: Subject): Readonly<Record<string, Loss>> {
  const has = ({ kind }: LossTerm): boolean => !lacks.includes(kind)
  const several = SEVERAL.filter(has)
  return {
    ...Object.fromEntries(Object.entries(TERMS).filter(([, term]) => has(term)).map(([name, term]) => [name, { terms: [term], normalisation: { kind: 'tokenMean' } }])),
    'several terms, token mean over 40': { terms: several, normalisation: { kind: 'tokenMean', denominator: 40 } },
    'several terms, sequence mean': { terms: several, normalisation: { kind: 'sequenceMean' } },
    'several terms, sequence mean over 9': { terms: several, normalisation: { kind: 'sequenceMean', denominator: 9 } },
    'several terms, constant length': { terms: several, normalisation: { kind: 'constant', length: 8 } },
    'several terms, constant length over 9': { terms: several, normalisation: { kind: 'constant', length: 8, denominator: 9 } }
  }
}

export type Gradients = Readonly<Record<string, readonly number[]>>

export const norm = (gradients: Gradients): number => Math.sqrt(dot(gradients, gradients))

export const dot = (a: Gradients, b: Gradients): number =>
  Object.entries(a).reduce((total, [name, values]) => values.reduce((sum, value, i) => sum + value * b[name]![i]!, total), 0)

/** Global norm of the difference, in units of the norm of `b`. */
export function difference(a: Gradients, b: Gradients): number {
  const apart = Object.fromEntries(Object.entries(a).map(([name, values]) => [name, values.map((value, i) => value - b[name]![i]!)]))
  return norm(apart) / norm(b)
}
