import type { LossTerm, TrainSequence } from '../engine.ts'

export type HeadTerm = Extract<LossTerm, { kind: 'stepReward' | 'valueRegression' }>
export const isHeadTerm = (term: LossTerm): term is HeadTerm => term.kind === 'stepReward' || term.kind === 'valueRegression'

/** Value of a term of the reward head and its derivatives by the head's output at every token, before the term's weight. */
export interface HeadLoss {
  readonly value: number
  readonly gradHeads: readonly (readonly number[])[]
}

export function headLoss(term: HeadTerm, data: readonly TrainSequence[], heads: readonly (readonly number[])[], denominator: number | undefined): HeadLoss {
  const targets = data.map((sequence) => targetsOf(term, sequence))
  const labelled = targets.flat().filter((target) => target !== null).length
  const share = 1 / (denominator ?? Math.max(1, labelled))
  let value = 0
  const gradHeads = targets.map((targets_T, i) => targets_T.map((target, t) => {
    if (target === null) return 0
    const { loss, slope } = lossOfHead(term, heads[i]![t]!, target)
    value += share * loss
    return share * slope
  }))
  return { value, gradHeads }
}

/** Null where there is no target or the token is masked. */
function targetsOf(term: HeadTerm, sequence: TrainSequence): (number | null)[] {
  const targets_T = term.kind === 'stepReward' ? sequence.stepLabels_T : sequence.returns_T
  return sequence.completion.map((_, t) => (sequence.mask_T?.[t] === 0 ? null : (targets_T?.[t] ?? null)))
}

function lossOfHead(term: HeadTerm, head: number, target: number): { loss: number; slope: number } {
  if (term.kind === 'valueRegression') return { loss: (head - target) ** 2 / 2, slope: head - target }
  const right = 1 / (1 + Math.exp(-head))
  return { loss: Math.log1p(Math.exp(-Math.abs(head))) + Math.max(head, 0) - target * head, slope: right - target }
}
