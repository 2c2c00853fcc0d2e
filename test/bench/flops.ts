import type { NewModel } from '../../trainer/protocol/runFile.ts'
import type { BatchShape } from './workload.ts'

/** Stated with every figure that rests on it. */
export const FLOP_FORMULA =
  'FLOPs of a step = 3 · (2 · P · N · L + layers · N · 2 · L·(L+1) · heads · headSize): P = weights of all matrix products, output head included; ' +
  'N sequences of L predicted tokens; backward = twice forward; attention scores and mixing counted over the causal half only; ' +
  'recomputation, padding, norms, activations, softmax, embedding look-up and optimiser count as nothing'

/** Weights that take part in matrix products: projections, gated MLP, head. */
export function matmulParameters(model: NewModel, vocabularySize: number): number {
  const { hiddenSize, heads, keyValueHeads, headSize, intermediateSize, layers } = model
  const attention = hiddenSize * headSize * (2 * heads + 2 * keyValueHeads)
  return layers * (attention + 3 * hiddenSize * intermediateSize) + hiddenSize * vocabularySize
}

/** Floating-point operations that the maths of one training step needs; see FLOP_FORMULA. */
export function trainingFlops(model: NewModel, vocabularySize: number, { sequences, length }: BatchShape): number {
  const products = 2 * matmulParameters(model, vocabularySize) * sequences * length
  // Query i meets i + 1 keys, twice (scores, mixing), 2 operations for each of the heads' entries.
  const attention = model.layers * sequences * 2 * length * (length + 1) * model.heads * model.headSize
  return 3 * (products + attention)
}
