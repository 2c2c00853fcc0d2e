import type { Loss, OptimizerStep, SamplePrompt, TrainSequence } from '../../trainer/engines/engine.ts'
import { randomStream } from '../../trainer/random/random.ts'
import type { BenchModel } from './benchModels.ts'

/** Shape of one training step: sequences and predicted tokens of each. */
export interface BatchShape {
  readonly sequences: number
  readonly length: number
}

/** GRPO's loss on policy: clipped ratio per token, mean over tokens. */
export const POLICY_GRADIENT: Loss = {
  terms: [{ kind: 'policyGradient', weight: 1, ratio: 'token', clipLow: 0.2, clipHigh: 0.2 }], normalisation: { kind: 'tokenMean' }
}

/** PyTorch's defaults for AdamW where the benchmark says nothing else. */
export const ADAMW: OptimizerStep = { name: 'adamw', learningRate: 1e-5, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.01, maxGradNorm: 1 }

/** Random tokens that are never the end of text, random advantages; every sequence is one prompt token and `length` predicted ones. */
export function trainingBatch({ vocabulary }: BenchModel, { sequences, length }: BatchShape): TrainSequence[] {
  const random = randomStream('bench', 'training')
  const token = (): number => 1 + random.integer(vocabulary.length - 1)
  return Array.from({ length: sequences }, () => ({
    prompt: [token()],
    completion: Array.from({ length }, token),
    advantages_T: Array.from({ length }, () => random.normal())
  }))
}

/** Different prompts of equal length, one completion each: nothing that the sharing of a group's prompt could save. */
export function decodingPrompts({ vocabulary }: BenchModel, batch: number, length: number): SamplePrompt[] {
  const random = randomStream('bench', 'decoding')
  return Array.from({ length: batch }, (_, i) => ({
    tokens: Array.from({ length }, () => 1 + random.integer(vocabulary.length - 1)), seeds: [i]
  }))
}
