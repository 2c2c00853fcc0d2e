import { softplus } from './pairTerm.ts'
import type { TrainSequence } from '../../engine.ts'
import type { HeadTerm } from './lossGraph.ts'

/** What a term of the reward head reads, one entry per completion token (_T). */
export interface HeadRows {
  /** 0 where there is none. */
  readonly targets_T: readonly number[]
  /** What the token counts in the average: 0 without a target, or masked. */
  readonly shares_T: readonly number[]
}

export function headRows(term: HeadTerm, data: readonly TrainSequence[], masks: readonly Float32Array[], denominator?: number): HeadRows[] {
  const targets = data.map((sequence, i) => {
    const given_T = term.kind === 'stepReward' ? sequence.stepLabels_T : sequence.returns_T
    return sequence.completion.map((_, t) => (masks[i]![t] === 0 ? null : (given_T?.[t] ?? null)))
  })
  const share = 1 / (denominator ?? Math.max(1, targets.flat().filter((target) => target !== null).length))
  return targets.map((targets_T) => ({ targets_T: targets_T.map((target) => target ?? 0), shares_T: targets_T.map((target) => (target === null ? 0 : share)) }))
}

/** −y·log σ(h) − (1 − y)·log(1 − σ(h)), or ½(h − y)². */
export const headLoss = (kind: HeadTerm['kind'], head: number, target: number): number =>
  (kind === 'stepReward' ? softplus(head) - target * head : (head - target) ** 2 / 2)
