import type { ScoredRollout, TokenWeights, Weighed } from '../algorithms/algorithm.ts'
import { isGroupRelative } from '../algorithms/groupFilter.ts'
import type { GroupDecision } from '../algorithms/groupFilter.ts'
import type { Loss, TrainSequence } from '../engines/engine.ts'
import type { Rollout } from '../protocol/rollout.ts'
import { hasTool, isTool_T } from '../protocol/toolTokens.ts'
import { randomStream } from '../random/random.ts'
import { tokensOf } from './referencePolicy.ts'
import type { ReferenceLogprobs } from './referencePolicy.ts'
import type { StagePlan } from './runPlan.ts'

/** A rollout that contributes to the loss. */
export interface TrainItem {
  readonly id: string
  readonly scored: ScoredRollout
  readonly behaviourLogprobs_T: readonly number[]
  /** Under what was really drawn from. */
  readonly drawnLogprobs_T: readonly number[]
  readonly sequence: TrainSequence
}

export interface WeighedRows {
  /** The rows in their final form: advantages, mask and the filter's decision. */
  readonly groups: Rollout[][]
  /** What is trained on, in the order of the rows. */
  readonly items: TrainItem[]
  /** Rollouts of the step that could be scored, those of dropped groups and those masked as truncated included. */
  readonly scorable: number
}

interface WeighedRow {
  readonly row: Rollout
  readonly item?: TrainItem
}

/** Puts an algorithm's weights on the rows and makes the sequences to train on. */
export function applyWeights(
  groups: readonly (readonly Rollout[])[], decisions: readonly GroupDecision[], scored: readonly { readonly rollouts: readonly ScoredRollout[] }[],
  weighed: Weighed, reference: ReferenceLogprobs
): WeighedRows {
  const rows = groups.map((group, g) =>
    group.map((row, s) => {
      const decision = decisions[g]!
      const trained = decision.kept && !decision.masked_G[s] && scored[g]!.rollouts[s]!.reward !== null
      const weights_T = trained ? spreadWeights(weighed.weights_P_G[g]![s]!, row.segments[0]!.tokens.length) : null
      return weighRow(row, weights_T, { kept: decision.kept, why: decision.why }, scored[g]!.rollouts[s]!, weighed.as, reference)
    })
  )
  return {
    groups: rows.map((group) => group.map(({ row }) => row)), items: rows.flat().flatMap(({ item }) => (item ? [item] : [])),
    scorable: scored.flatMap(({ rollouts }) => rollouts).filter(({ reward }) => reward !== null).length
  }
}

function spreadWeights(weights: TokenWeights, tokens: number): readonly number[] | null {
  if (weights === null || tokens === 0) return null
  return typeof weights === 'number' ? Array.from({ length: tokens }, () => weights) : weights
}

function weighRow(
  row: Rollout, weights_T: readonly number[] | null, filter: NonNullable<Rollout['filter']>, scored: ScoredRollout,
  as: Weighed['as'], reference: ReferenceLogprobs
): WeighedRow {
  const [segment, ...others] = row.segments
  const tool_T = isTool_T(segment!)
  const mask = segment!.tokens.map((_, t) => (weights_T && !tool_T[t] ? 1 : 0))
  const final = { ...row, filter, segments: [{ ...segment!, mask, ...(weights_T && { advantages: [...weights_T] }) }, ...others] }
  if (!weights_T) return { row: final }
  const behaviourLogprobs_T = segment!.logprobs
  const referenceLogprobs_T = reference.get(row.id)
  const sequence: TrainSequence = {
    ...tokensOf(row),
    ...(hasTool(segment!) && { mask_T: mask }),
    ...(as === 'advantages' ? { advantages_T: weights_T } : { weights_T }),
    behaviourLogprobs_T,
    ...(referenceLogprobs_T && { referenceLogprobs_T })
  }
  return { row: final, item: { id: row.id, scored, behaviourLogprobs_T, drawnLogprobs_T: segment!.samplingLogprobs, sequence } }
}

/**
 * The loss of one update that trains on `part` of a step's items. What divides by sequences counts this part's share of all scorable
 * rollouts where `countsDropped`: a group that was dropped would have added 0, and dropping it must not give the others more weight.
 */
export function lossOfUpdate(
  loss: Loss, stage: Pick<StagePlan, 'regulariser' | 'algorithm'>, part: readonly TrainItem[], { items, scorable }: Pick<WeighedRows, 'items' | 'scorable'>
): Loss {
  const { normalisation } = loss
  const counted = countsDropped(normalisation, stage) && normalisation.denominator === undefined
  return lossWithRegularisers(counted ? { ...loss, normalisation: { ...normalisation, denominator: (scorable * part.length) / items.length } } : loss, stage)
}

/**
 * A constant divisor is the same whatever is dropped (Dr. GRPO). GRPO is the mean over all questions and completions sampled, uniform groups
 * with their advantages of 0 included (Shao et al. 2024, eq. 3; TRL's loss `grpo` likewise). A mean over tokens is DAPO's, over a batch that
 * has no uniform groups (Yu et al. 2025, 3.2 and 3.3); where an algorithm chooses what to train on (RAFT, Reinforce-Rej), the mean is of that.
 */
const countsDropped = ({ kind }: Loss['normalisation'], { algorithm }: Pick<StagePlan, 'algorithm'>): boolean =>
  kind === 'constant' || (kind === 'sequenceMean' && isGroupRelative(algorithm))

/** The algorithm's loss with the stage's regularisers. */
function lossWithRegularisers(loss: Loss, stage: Pick<StagePlan, 'regulariser'>): Loss {
  const { kl, entropyBonus } = stage.regulariser
  return {
    ...loss,
    terms: [
      ...loss.terms,
      ...(kl.coefficient > 0 && kl.place === 'loss' ? [{ kind: 'klToReference' as const, weight: kl.coefficient, estimator: kl.estimator }] : []),
      ...(entropyBonus > 0 ? [{ kind: 'entropyBonus' as const, weight: entropyBonus }] : [])
    ]
  }
}

/** Whole rollouts in as many parts as there are updates, nearly equal, in an order that depends on seed and step alone. */
export function splitIntoUpdates(items: readonly TrainItem[], updates: number, seed: number, step: number): TrainItem[][] {
  if (updates === 1) return items.length === 0 ? [] : [[...items]]
  const order = randomStream(seed, 'updates', step).shuffle(items)
  const bounds = Array.from({ length: updates + 1 }, (_, i) => Math.round((i * items.length) / updates))
  return bounds.slice(1).map((to, i) => order.slice(bounds[i], to)).filter((part) => part.length > 0)
}

/** Scales a sequence's weights, all alike (the sequence ratio of TOPR) or token by token. */
export function scaleWeights(sequence: TrainSequence, factor: number | readonly number[]): TrainSequence {
  const scale = (values: readonly number[]): number[] => values.map((value, t) => value * (typeof factor === 'number' ? factor : factor[t]!))
  return {
    ...sequence,
    ...(sequence.advantages_T && { advantages_T: scale(sequence.advantages_T) }),
    ...(sequence.weights_T && { weights_T: scale(sequence.weights_T) })
  }
}
