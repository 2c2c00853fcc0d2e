import type { ForwardBackwardResult, Loss, LossTerm } from '../engines/engine.ts'
import type { TokenUpdate } from '../protocol/tokenUpdate.ts'
import type { TrainItem } from './trainingBatch.ts'

type PolicyGradient = Extract<LossTerm, { kind: 'policyGradient' }>

/** Beyond what two programs round differently: a step whose ratios all lie nearer to 1 has nothing to show. */
const NOTABLE = 0.01

/** Ratios and clip states of an update's tokens, as its loss had them. `result` is of the same rollouts, in the same order. */
export function tokenUpdatesOf(part: readonly TrainItem[], result: ForwardBackwardResult, loss: Loss): TokenUpdate[] {
  const term = loss.terms.find((one): one is PolicyGradient => one.kind === 'policyGradient')
  return part.map((item, i) => tokenUpdate(item, result.logprobs[i]!.logprobs_T, term))
}

export const isNotable = (updates: readonly TokenUpdate[]): boolean => updates.some(({ ratios }) => ratios.some((ratio) => Math.abs(ratio - 1) > NOTABLE))

function tokenUpdate({ id, behaviourLogprobs_T, sequence }: TrainItem, logprobs_T: readonly number[], term: PolicyGradient | undefined): TokenUpdate {
  const { mask_T, advantages_T } = sequence
  const differences = logprobs_T.map((logprob, t) => (mask_T?.[t] === 0 ? null : logprob - behaviourLogprobs_T[t]!))
  const ratios = differences.map((difference) => Math.min(Math.exp(difference ?? 0), Number.MAX_VALUE))
  if (!term || term.ratio === 'none' || (term.clipLow === undefined && term.clipHigh === undefined)) return { id, ratios }
  const looked = term.ratio === 'sequence' ? ofSequence(differences) : ratios
  return { id, ratios, clipped: looked.map((ratio, t) => (differences[t] !== null && isCut(ratio, advantages_T?.[t] ?? 0, term) ? 1 : 0)) }
}

/** GSPO: all tokens have the geometric mean of their ratios. */
function ofSequence(differences: readonly (number | null)[]): number[] {
  const trained = differences.flatMap((difference) => difference ?? [])
  const mean = trained.reduce((sum, difference) => sum + difference, 0) / Math.max(1, trained.length)
  return differences.map(() => Math.exp(mean))
}

/** Where the clipped ratio is the smaller of both products, nothing of the token's gradient is left. */
const isCut = (ratio: number, advantage: number, { clipLow = Infinity, clipHigh = Infinity }: PolicyGradient): boolean =>
  (advantage > 0 && ratio > 1 + clipHigh) || (advantage < 0 && ratio < 1 - clipLow)
