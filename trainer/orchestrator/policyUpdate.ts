import { LabError } from '../errors.ts'
import type { SampledTokens, Weighed } from '../algorithms/algorithm.ts'
import type { OptimizerStepResult, SequenceLogprobs, TrainSequence } from '../engines/engine.ts'
import type { ScoredTokens, UpdateFigures } from '../evals/stepMetrics.ts'
import type { TokenUpdate } from '../protocol/tokenUpdate.ts'
import type { StagePlan } from './runPlan.ts'
import { optimizerStepAt } from './schedule.ts'
import type { Session } from './session.ts'
import { tokenUpdatesOf } from './tokenUpdates.ts'
import { lossOfUpdate, scaleWeights, splitIntoUpdates } from './trainingBatch.ts'
import type { TrainItem, WeighedRows } from './trainingBatch.ts'

export interface PolicyUpdate {
  readonly updates: readonly UpdateFigures[]
  /** The tokens of the first update under sampler and trainer. */
  readonly scoredTokens: readonly ScoredTokens[]
  /** Of all updates: each rollout is in one of them. */
  readonly tokenUpdates: readonly TokenUpdate[]
}

/** The optimiser steps of one RL step. No items, no update: the weights stay as they are. */
export async function updatePolicy(session: Session, stage: StagePlan, stageStep: number, rows: Pick<WeighedRows, 'items' | 'scorable'>, weighed: Weighed): Promise<PolicyUpdate> {
  const updates: UpdateFigures[] = []
  const tokenUpdates: TokenUpdate[] = []
  let scoredTokens: readonly ScoredTokens[] = []
  const parts = splitIntoUpdates(rows.items, stage.updatesPerStep, session.plan.run.seed, stage.stepsBefore + stageStep)
  for (const [u, part] of parts.entries()) {
    const data = await reweighed(session, part, weighed)
    const loss = lossOfUpdate(weighed.loss, stage, part, rows)
    const result = await session.engine.forwardBackward(data, loss, session.control.signal)
    requireFinite(result.loss, 'the loss')
    // A refinement was sampled under another prompt: there the two are not to agree.
    if (u === 0) scoredTokens = part.flatMap((item, i) => (item.scored.refined ? [] : scoredTokensOf(samplerLogprobs(session, stage, item), item, result.logprobs[i]!)))
    tokenUpdates.push(...tokenUpdatesOf(part, result, loss))
    const step = optimizerStepAt(stage.optimizer, (stageStep - 1) * stage.updatesPerStep + u, stage.steps * stage.updatesPerStep)
    const optimizer = await stepOptimizer(session, step)
    updates.push({ calls: [{ result, maskedTokens: trainedTokens(data) }], optimizer, learningRate: step.learningRate })
  }
  return { updates, scoredTokens, tokenUpdates }
}

/** One optimiser step; counts it in the position. @throws LabError `engine/not-finite` where a norm is no number. */
export async function stepOptimizer(session: Session, step: Parameters<Session['engine']['optimStep']>[0]): Promise<OptimizerStepResult> {
  const result = await session.engine.optimStep(step)
  requireFinite(result.gradNorm, 'the norm of the gradient')
  requireFinite(result.updateNorm, 'the norm of the update')
  requireFinite(result.parameterNorm, 'the norm of the weights')
  session.position.policyVersion += 1
  return result
}

async function reweighed(session: Session, part: readonly TrainItem[], weighed: Weighed): Promise<TrainSequence[]> {
  const { reweigh } = weighed
  if (!reweigh) return part.map(({ sequence }) => sequence)
  const current = await session.engine.logprobs(part.map(({ sequence }) => sequence), undefined, session.control.signal)
  return part.map((item, i) => scaleWeights(item.sequence, reweigh(current[i]!.logprobs_T.map(writtenAlone(item)), sampledTokens(item), item.scored)))
}

/** Ratios are of what the policy wrote: tool output is as likely under one policy as under another. */
const writtenAlone = ({ sequence: { mask_T } }: TrainItem) => (logprob: number, t: number): number => (mask_T?.[t] === 0 ? 0 : logprob)

const sampledTokens = (item: TrainItem): SampledTokens => ({ behaviour_T: item.behaviourLogprobs_T.map(writtenAlone(item)), drawn_T: item.drawnLogprobs_T.map(writtenAlone(item)) })

/** What the sampler itself says of the policy's tokens, as far as it does: one beside the engine tells of what it drew from alone. */
function samplerLogprobs({ engineInfo }: Session, { sampling }: StagePlan, { behaviourLogprobs_T, drawnLogprobs_T }: TrainItem): readonly number[] | undefined {
  if (engineInfo.sampler === undefined) return behaviourLogprobs_T
  return drawsFromPolicy(sampling) ? drawnLogprobs_T : undefined
}

const drawsFromPolicy = ({ temperature, topK, topP, minP }: StagePlan['sampling']): boolean => temperature === 1 && topK === 0 && topP === 1 && minP === 0

function scoredTokensOf(sampler_T: readonly number[] | undefined, { sequence: { mask_T } }: TrainItem, { logprobs_T }: SequenceLogprobs): ScoredTokens[] {
  const trained = (values_T: readonly number[]): readonly number[] => (mask_T ? values_T.filter((_, t) => mask_T[t] !== 0) : values_T)
  return sampler_T ? [{ sampler_T: trained(sampler_T), trainer_T: trained(logprobs_T) }] : []
}

const trainedTokens = (data: readonly TrainSequence[]): number =>
  data.reduce((sum, { completion, mask_T }) => sum + (mask_T ? mask_T.filter((flag) => flag !== 0).length : completion.length), 0)

function requireFinite(value: number, tensor: string): void {
  if (Number.isFinite(value)) return
  throw new LabError('engine', 'engine/not-finite', `${tensor} is not a finite number`, {
    remedy: 'Lower the learning rate or clip the gradient; the last checkpoint is kept.',
    place: tensor
  })
}
