import { LabError } from '../../../errors.ts'
import type { ParameterLayout } from '../model/parameterLayout.ts'

/** Name of the first tensor of a flat vector that holds NaN or an infinity. */
export function firstNotFinite(layout: ParameterLayout, flat: Float32Array): string | undefined {
  return layout.slots.find(({ offset, size }) => !flat.subarray(offset, offset + size).every(Number.isFinite))?.name
}

/** The error for a number that must not enter a record or the weights; `tensor` says where it was found. */
export function notFiniteError(tensor: string, during: string): LabError {
  return new LabError('engine', 'engine/not-finite', `${tensor} is not finite (${during})`, {
    remedy: 'Go back to the last checkpoint; lower the learning rate, or clip the gradient.', place: tensor
  })
}
