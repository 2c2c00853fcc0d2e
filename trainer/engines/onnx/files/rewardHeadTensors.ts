import { rewardHeadSlots, REWARD_BIAS, REWARD_WEIGHT } from '../model/parameterLayout.ts'
import type { ParameterLayout } from '../model/parameterLayout.ts'
import type { TensorData } from './safetensors.ts'

/**
 * The reward head as transformers' AutoModelForTokenClassification keeps a classifier of two classes, wrong and right, which
 * is what TRL's PRMTrainer trains and reads: `score.weight` [2, d] and `score.bias` [2]. The probability of the second class
 * is σ(h₁ − h₀), so that one logit is written as the second row under a first row of zeros.
 */
export function rewardHeadTensors(layout: ParameterLayout, parameters: Float32Array): TensorData[] {
  return rewardHeadSlots(layout).map(({ name, size, offset, shape }) => {
    const values = new Float32Array(2 * size)
    values.set(parameters.subarray(offset, offset + size), size)
    return { name, shape: [2, ...shape.slice(1)], values }
  })
}

/** Rows of a classifier that the engine reads: one logit, or two classes. */
export const isRewardHead = (name: string): boolean => name === REWARD_WEIGHT || name === REWARD_BIAS
export const headRowCount = (shape: readonly number[], size: number): number | undefined =>
  [1, 2].find((rows) => shape[0] === rows && shape.reduce((a, b) => a * b, 1) === rows * size)

/** One logit from one row, or from two as their difference. */
export function oneLogit(rows: Float32Array, size: number, target: Float32Array): void {
  const last = rows.length - size
  for (let i = 0; i < size; i++) target[i] = last === 0 ? rows[i]! : rows[last + i]! - rows[i]!
}
