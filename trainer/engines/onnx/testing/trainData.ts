import assert from 'node:assert/strict'
import { TrainingPass } from '../training/trainingPass.ts'
import { GradientVector } from '../training/gradientVector.ts'
import { rewardHeadSlots } from '../model/parameterLayout.ts'
import { randomStream } from '../../../random/random.ts'
import { referenceLoss, referenceTokens } from './referenceModel.ts'
import { referenceWeights } from './tinyModels.ts'
import type { Loss, LossTerm, Normalisation, TrainSequence } from '../../engine.ts'
import type { TinyModel } from './tinyModels.ts'

/** By sequence: two pairs, of which one has its rejected side first and one a masked token. */
const PAIRS: readonly TrainSequence['pair'][] = [
  { name: 'a', side: 'chosen' }, { name: 'b', side: 'rejected' }, undefined, { name: 'b', side: 'chosen' }, { name: 'a', side: 'rejected' }
]
const lengths = [[3, 4], [1, 6], [5, 2], [2, 1], [4, 5]] as const

/** Sequences whose ratios lie inside and outside a clip of ±0.2, none within 0.02 of its edge. */
export function trainData(model: TinyModel, seed = 'data'): TrainSequence[] {
  const weights = referenceWeights(model)
  return lengths.map(([prompt, completion], i) => {
    const random = randomStream(seed, i)
    const tokens = (count: number): number[] => Array.from({ length: count }, () => random.integer(model.config.vocabularySize))
    const sequence = { prompt: tokens(prompt), completion: tokens(completion) }
    const { logprobs } = referenceTokens(model.config, weights, sequence)
    const offsets = [-0.5, -0.1, 0.05, 0.12, 0.4]
    return {
      ...sequence,
      mask_T: sequence.completion.map((_, t) => (i === 4 && t === 1 ? 0 : 1)),
      advantages_T: sequence.completion.map(() => random.normal()),
      behaviourLogprobs_T: logprobs.map((logp) => logp - random.pick(offsets)),
      referenceLogprobs_T: logprobs.map((logp) => logp + 0.3 * random.normal()),
      weights_T: sequence.completion.map(() => random.next()),
      ...(PAIRS[i] && { pair: PAIRS[i] }),
      stepLabels_T: sequence.completion.map((_, t) => (t % 2 === i % 2 ? random.next() : null)),
      returns_T: sequence.completion.map((_, t) => (t % 3 === 0 ? null : random.normal()))
    }
  })
}

export const lossTerms: Readonly<Record<string, readonly LossTerm[]>> = {
  'policy gradient without a ratio': [{ kind: 'policyGradient', weight: 1, ratio: 'none' }],
  'token ratio without a clip': [{ kind: 'policyGradient', weight: 1, ratio: 'token' }],
  'token ratio, low clip alone': [{ kind: 'policyGradient', weight: 1, ratio: 'token', clipLow: 0.2 }],
  'token ratio, separate clips': [{ kind: 'policyGradient', weight: 1, ratio: 'token', clipLow: 0.2, clipHigh: 0.3 }],
  'sequence ratio, clipped': [{ kind: 'policyGradient', weight: 0.7, ratio: 'sequence', clipLow: 0.03, clipHigh: 0.04 }],
  'cross-entropy': [{ kind: 'crossEntropy', weight: 1.5 }],
  'k1': [{ kind: 'klToReference', weight: 1, estimator: 'k1' }],
  'k2': [{ kind: 'klToReference', weight: 1, estimator: 'k2' }],
  'k3': [{ kind: 'klToReference', weight: 1, estimator: 'k3' }],
  'entropy bonus': [{ kind: 'entropyBonus', weight: 0.1 }],
  'DPO': [{ kind: 'pairwise', weight: 1.5, variant: 'sigmoid', beta: 0.4 }],
  'cDPO with a margin, by length': [{ kind: 'pairwise', weight: 1, variant: 'sigmoid', beta: 2, labelSmoothing: 0.1, margin: 0.3, lengthNormalised: true }],
  'hinge': [{ kind: 'pairwise', weight: 1, variant: 'hinge', beta: 0.2 }],
  'IPO': [{ kind: 'pairwise', weight: 1, variant: 'ipo', beta: 0.6 }],
  'step rewards': [{ kind: 'stepReward', weight: 0.7 }],
  'values': [{ kind: 'valueRegression', weight: 1.2 }],
  'DPO, likelihood and step rewards': [
    { kind: 'pairwise', weight: 1, variant: 'sigmoid', beta: 0.4 }, { kind: 'crossEntropy', weight: 0.3 }, { kind: 'stepReward', weight: 0.5 }
  ],
  'several terms': [
    { kind: 'policyGradient', weight: 1, ratio: 'token', clipLow: 0.2, clipHigh: 0.3 },
    { kind: 'klToReference', weight: 0.3, estimator: 'k3' },
    { kind: 'entropyBonus', weight: 0.2 },
    { kind: 'crossEntropy', weight: 0.1 }
  ]
}
export const tokenMean: Normalisation = { kind: 'tokenMean' }


const opened: TrainingPass[] = []

export function passOf(model: TinyModel, microBatchTokens = 1024, threads = 1): TrainingPass {
  const pass = new TrainingPass(model.config, model.layout, { threads, microBatchTokens })
  opened.push(pass)
  return pass
}

/** Releases what `passOf` made. */
export async function closePasses(): Promise<void> {
  for (const pass of opened.splice(0)) await pass.close()
}

export async function gradientOf(model: TinyModel, data: readonly TrainSequence[], loss: Loss, microBatchTokens?: number): Promise<Float32Array> {
  const gradient = new GradientVector(model.layout)
  await passOf(model, microBatchTokens).forwardBackward(model.parameters, gradient, data, loss)
  return gradient.values()
}

/**
 * Compares a gradient with central differences of the double-precision reference, in random directions: `directions` of
 * them through each tensor.
 */
export function assertGradient(model: TinyModel, data: readonly TrainSequence[], loss: Loss, gradient: Float32Array, directions: number): void {
  const weights = referenceWeights(model)
  const norm = Math.hypot(...gradient)
  const random = randomStream('directions', JSON.stringify(loss))
  for (const { name, offset, size } of [...model.layout.slots, ...rewardHeadSlots(model.layout)]) {
    const values = weights.get(name)!
    for (let k = 0; k < directions; k++) {
      const direction = Array.from({ length: size }, () => random.normal() / Math.sqrt(size))
      const numeric = slope(values, direction, () => referenceLoss(model.config, weights, data, loss))
      const exact = direction.reduce((sum, d, i) => sum + d * gradient[offset + i]!, 0)
      assert.ok(Math.abs(numeric - exact) < 1e-6 * norm, `${name}: ${exact} against ${numeric} (global norm ${norm})`)
    }
  }
}

/** Of `f` at `values` in `direction`. */
function slope(values: Float64Array, direction: readonly number[], f: () => number): number {
  const STEP = 1e-5
  const start = values.slice()
  const at = (step: number): number => {
    values.forEach((_, i) => { values[i] = start[i]! + step * direction[i]! })
    return f()
  }
  const result = (at(STEP) - at(-STEP)) / (2 * STEP)
  values.set(start)
  return result
}

export function maxDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length)
  return Array.from(a, (value, i) => Math.abs(value - b[i]!)).reduce((x, y) => Math.max(x, y), 0)
}
