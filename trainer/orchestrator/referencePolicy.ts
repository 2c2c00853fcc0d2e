import { penalisedReward } from '../algorithms/klPenalty.ts'
import { klEstimates } from '../evals/klEstimates.ts'
import type { ReferencedTokens } from '../evals/stepMetrics.ts'
import type { TokenSequence } from '../engines/engine.ts'
import type { Rollout } from '../protocol/rollout.ts'
import { KL_PART } from '../protocol/taskReward.ts'
import { written_T } from '../protocol/toolTokens.ts'
import { needsReference } from './runPlan.ts'
import type { StagePlan } from './runPlan.ts'
import { isRefinement } from './scoredGroups.ts'
import type { Session } from './session.ts'

/** Snapshot of the weights that the stage started from. */
export const REFERENCE = 'reference'

/** Log-probabilities of every row's completion under the reference, by rollout id; empty where no KL is used. */
export type ReferenceLogprobs = ReadonlyMap<string, readonly number[]>

export async function referenceLogprobs(session: Session, stage: StagePlan, rows: readonly Rollout[]): Promise<ReferenceLogprobs> {
  if (!needsReference(stage)) return new Map()
  const usable = rows.filter(({ segments }) => segments[0]!.tokens.length > 0)
  const scored = await session.engine.logprobs(usable.map(tokensOf), REFERENCE, session.control.signal)
  return new Map(usable.map((row, i) => [row.id, scored[i]!.logprobs_T]))
}

/** What the policy wrote by itself, under it and under the reference. */
export function referencedTokens(rows: readonly Rollout[], reference: ReferenceLogprobs): ReferencedTokens[] {
  return rows.filter((row) => !isRefinement(row)).flatMap((row) => {
    const segment = row.segments[0]!
    const reference_T = reference.get(row.id)
    return reference_T ? [{ policy_T: written_T(segment, segment.logprobs), reference_T: written_T(segment, reference_T) }] : []
  })
}

/** What a rollout is trained on: its first segment, under the training prompt where that differs. */
export function tokensOf(row: Rollout): TokenSequence {
  const segment = row.segments[0]!
  return { prompt: (segment.trainPrompt ?? segment.samplePrompt).tokens, completion: segment.tokens }
}

/** The row with the KL penalty as a part of its reward, where the stage puts it there; a refinement was not sampled from what is penalised. */
export function withKlPart(row: Rollout, stage: StagePlan, reference: ReferenceLogprobs): Rollout {
  const { coefficient, place, estimator } = stage.regulariser.kl
  if (coefficient === 0 || place !== 'reward' || isRefinement(row) || row.reward.parts.some(({ name }) => name === KL_PART)) return row
  const segment = row.segments[0]!
  const kl_T = klEstimates(written_T(segment, segment.logprobs), written_T(segment, reference.get(row.id) ?? []), estimator)
  const kl = kl_T.reduce((sum, value) => sum + value, 0)
  const finite = Number.isFinite(kl)
  const part = {
    name: KL_PART,
    score: finite ? -kl : null,
    weight: coefficient,
    why: finite ? `${estimator} summed over ${kl_T.length} tokens, in nats` : `${estimator} is not finite`
  }
  return { ...row, reward: { total: penalisedReward(row.reward.total, kl_T, coefficient), parts: [...row.reward.parts, part] } }
}
