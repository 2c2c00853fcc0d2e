/**
 * Direct preference optimisation and its relatives (Rafailov et al. 2023; cDPO, IPO, SLiC, SimPO), and preferences with
 * rationales (Just et al. 2024).
 *
 *   L = mean over pairs of  ℓ(z) + λ·NLL(chosen) + γ·NLL(rationale | problem, both sides)
 *   z = β·[log π/π_ref(chosen) − log π/π_ref(rejected)] − margin,  ℓ(z) = −log σ(z) for `sigmoid`
 *
 * Assumes pairs over one prompt; the NLLs are means over their tokens. Degenerate cases: equal sides give z = −margin and no
 * gradient of the pairwise part; without a reference and with sums the longer side loses by its length alone.
 */
import type { LossTerm, TrainSequence } from '../engines/engine.ts'
import type { OptionsOf } from '../protocol/algorithmOptions.ts'
import type { PairTokens, RowBatch } from './rows.ts'

type DpoOptions = OptionsOf<'dpo'>

export function dpoBatch(pairs: readonly PairTokens[], options: DpoOptions): RowBatch {
  const withLikelihood = options.chosenWeight > 0 || options.rationaleWeight > 0
  return {
    data: pairs.flatMap((pair, i) => sequencesOf(pair, String(i), options, withLikelihood)),
    loss: {
      terms: [pairwise(options), ...(withLikelihood ? [{ kind: 'crossEntropy', weight: 1 } as const] : [])],
      normalisation: { kind: 'sequenceMean', denominator: pairs.length }
    }
  }
}

function pairwise({ variant, beta, labelSmoothing, lengthNormalised, margin }: DpoOptions): LossTerm {
  return { kind: 'pairwise', weight: 1, variant, beta, labelSmoothing, lengthNormalised, margin }
}

function sequencesOf({ chosen, rejected, rationale, reference }: PairTokens, name: string, options: DpoOptions, weighed: boolean): TrainSequence[] {
  const side = (sequence: TrainSequence, which: 'chosen' | 'rejected', weight: number): TrainSequence =>
    ({ ...sequence, pair: { name, side: which }, ...(weighed && { weights_T: sequence.completion.map(() => weight) }) })
  const measured = (sequence: TrainSequence, reference_T: readonly number[] | undefined): TrainSequence =>
    ({ ...sequence, ...(reference_T && { referenceLogprobs_T: reference_T }) })
  return [
    side(measured(chosen, reference?.chosen_T), 'chosen', options.chosenWeight),
    side(measured(rejected, reference?.rejected_T), 'rejected', 0),
    ...(rationale && options.rationaleWeight > 0 ? [{ ...rationale, weights_T: rationale.completion.map(() => options.rationaleWeight) }] : [])
  ]
}
