import { checkNormalisation } from '../../checkTraining.ts'
import type { Normalisation, TrainSequence } from '../../engine.ts'

/** 1 where a completion token contributes to the loss. */
export function maskOf(sequence: TrainSequence): Float32Array {
  const { mask_T: mask, completion } = sequence
  return Float32Array.from(completion, (_, t) => (mask === undefined || mask[t] !== 0 ? 1 : 0))
}

const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0)

/** What the masked sums are divided by when the caller does not say: at least 1, so that a batch without tokens gives 0. */
function defaultDenominator(normalisation: Normalisation, masks: readonly Float32Array[]): number {
  const count = normalisation.kind === 'tokenMean' ? masks.reduce((total, mask) => total + sum(mask), 0) : masks.length
  return Math.max(1, count)
}

/**
 * The weight of every completion token: mask × normalisation. Computed over the whole call before it is cut into
 * micro-batches, so that their gradients add up to that of one batch.
 */
export function tokenWeights(masks: readonly Float32Array[], normalisation: Normalisation): Float32Array[] {
  checkNormalisation(normalisation)
  const denominator = normalisation.denominator ?? defaultDenominator(normalisation, masks)
  return masks.map((mask) => {
    const divisor = denominator * divisorOf(normalisation, mask)
    return mask.map((m) => m / divisor)
  })
}

function divisorOf(normalisation: Normalisation, mask: Float32Array): number {
  switch (normalisation.kind) {
    case 'tokenMean': return 1
    case 'sequenceMean': return Math.max(1, sum(mask))
    case 'constant': return normalisation.length
  }
}
