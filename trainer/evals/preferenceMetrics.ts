import type { SequenceLogprobs, TrainSequence } from '../engines/engine.ts'
import { meanOf, shareOf } from './means.ts'

/** What the policy makes of the pairs of one update; nothing where there are none. Names are those of METRIC_DEFINITIONS. */
export function preferenceMetrics(data: readonly TrainSequence[], scored: readonly SequenceLogprobs[]): Record<string, number> {
  const ratios = new Map(data.flatMap((sequence, i) => (sequence.pair ? [[`${sequence.pair.side} ${sequence.pair.name}`, logRatio(sequence, scored[i]!)]] : [])))
  const pairs = data.flatMap(({ pair }) => {
    const [chosen, rejected] = pair?.side === 'chosen' ? [ratios.get(`chosen ${pair.name}`), ratios.get(`rejected ${pair.name}`)] : []
    return chosen !== undefined && rejected !== undefined ? [{ chosen, rejected }] : []
  })
  if (pairs.length === 0) return {}
  return {
    'preferences/accuracy': shareOf(pairs, ({ chosen, rejected }) => chosen > rejected),
    'preferences/margin': meanOf(pairs.map(({ chosen, rejected }) => chosen - rejected)),
    'preferences/chosen': meanOf(pairs.map(({ chosen }) => chosen))
  }
}

/** Σ over the completion of log π − log π_ref, without what tools answered in it. */
function logRatio({ referenceLogprobs_T, mask_T }: TrainSequence, { logprobs_T }: SequenceLogprobs): number {
  return logprobs_T.reduce((sum, logp, t) => (mask_T?.[t] === 0 ? sum : sum + logp - (referenceLogprobs_T?.[t] ?? 0)), 0)
}
