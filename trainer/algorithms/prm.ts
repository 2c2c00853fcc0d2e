/**
 * Process reward model: binary cross-entropy of a head at the token that ends each step (Lightman et al. 2023, Let's Verify
 * Step by Step; Uesato et al. 2022).
 *
 *   L = −mean over labelled steps of  y·log σ(h) + (1 − y)·log(1 − σ(h))
 *
 * Assumes that a step's label says whether the step is right. With `afterError: ignore` the steps behind the first wrong one
 * have no say, as in PRM800K. Degenerate case: traces without steps give no gradient.
 */
import type { TrainSequence } from '../engines/engine.ts'
import type { OptionsOf } from '../protocol/algorithmOptions.ts'
import type { RowBatch, StepTokens } from './rows.ts'

export function prmBatch(traces: readonly StepTokens[], { afterError }: OptionsOf<'prm'>): RowBatch {
  return {
    data: traces.map((trace) => labelled(trace, afterError)),
    loss: { terms: [{ kind: 'stepReward', weight: 1 }], normalisation: { kind: 'tokenMean' } }
  }
}

function labelled({ prompt, completion, steps }: StepTokens, afterError: 'train' | 'ignore'): TrainSequence {
  const firstWrong = steps.findIndex(({ right }) => !right)
  const counted = afterError === 'ignore' && firstWrong >= 0 ? steps.slice(0, firstWrong + 1) : steps
  const labels = new Map(counted.map(({ endToken, right }) => [endToken, right ? 1 : 0]))
  return { prompt, completion, stepLabels_T: completion.map((_, t) => labels.get(t) ?? null) }
}
