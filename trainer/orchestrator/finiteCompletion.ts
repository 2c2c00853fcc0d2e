import { LabError } from '../errors.ts'
import type { SampledCompletion } from '../engines/engine.ts'

export const isFiniteCompletion = ({ logprobs_T, samplingLogprobs_T, entropies_T }: SampledCompletion): boolean =>
  [logprobs_T, samplingLogprobs_T, entropies_T].every((values) => values.every(Number.isFinite))

/** @throws LabError `engine/not-finite`: weights that give no numbers end the run, they are never recorded. */
export function requireFiniteCompletion(completion: SampledCompletion, problemId: string): void {
  if (isFiniteCompletion(completion)) return
  throw new LabError('engine', 'engine/not-finite', `Sampling problem ${problemId} gave log-probabilities that are not finite.`, {
    remedy: 'Lower the learning rate; the last checkpoint is kept.',
    place: 'logits'
  })
}
