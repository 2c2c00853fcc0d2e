import type { SampledCompletion } from '../engines/engine.ts'
import type { Phase } from '../evals/stepMetrics.ts'
import type { Rollout } from '../protocol/rollout.ts'
import type { RolloutBatch } from '../stores/runLayout.ts'
import { throwIfStoppedNow } from './cancellation.ts'
import { isFiniteCompletion, requireFiniteCompletion } from './finiteCompletion.ts'
import { partialTexts } from './liveNotices.ts'
import type { StepRecorder } from './liveNotices.ts'
import { samplePrompts } from './rolloutSlot.ts'
import type { RolloutSlot } from './rolloutSlot.ts'
import type { StagePlan } from './runPlan.ts'
import type { Session } from './session.ts'
import { startStepScoring } from './stepScoring.ts'
import type { StepScoring } from './stepScoring.ts'

export type Seconds = Partial<Record<Phase, number>>
export type Slots = readonly (readonly RolloutSlot[])[]

/** The step that rollouts are sampled for, and what records them. */
export interface StepInHand {
  readonly step: number
  readonly batch: RolloutBatch
  readonly recorder: StepRecorder
}

export interface ScoredRows {
  /** In the order of the slots. */
  readonly groups: Rollout[][]
  readonly seconds: Seconds
}

/** Samples a completion for every slot and scores each while the others go on. */
export async function sampleAndScore(session: Session, stage: StagePlan, slots: Slots, at: StepInHand): Promise<ScoredRows> {
  const { clock } = session.parts
  const scoring = startScoring(session, stage, slots, at)
  const from = clock.seconds()
  const completions = await sampleSlots(session, stage, slots, at, (completion) => {
    // What cannot be a record is met again, as an error, when the whole batch is taken.
    if (isFiniteCompletion(completion)) scoring.take(completion)
  }).catch((error: unknown) => {
    scoring.cancel()
    throw error
  })
  const sampled = clock.seconds()
  for (const completion of completions) scoring.take(completion)
  const groups = await scoring.rows()
  throwIfStoppedNow(session.control)
  return { groups, seconds: { sample: sampled - from, score: clock.seconds() - sampled } }
}

export function startScoring(session: Session, stage: StagePlan, slots: Slots, { step, recorder }: StepInHand): StepScoring {
  const { parts, plan, control, position } = session
  return startStepScoring({
    open: recorder, groups: slots, clock: parts.clock,
    batch: { kind: 'train', stage: stage.name, step, policyVersion: position.policyVersion },
    rewards: stage.rewards,
    maxTokens: stage.sampling.maxTokens,
    deadlineSeconds: plan.run.rewardDeadlineSeconds,
    signal: control.signal,
    executor: parts.executor,
    seed: plan.run.seed
  })
}

/** Completions in the order of the slots, told of while they come. @throws LabError `engine/not-finite`. */
export async function sampleSlots(
  session: Session, stage: StagePlan, slots: Slots, { batch }: StepInHand, whole: (completion: SampledCompletion) => void = () => undefined
): Promise<SampledCompletion[]> {
  if (slots.length === 0) return []
  const texts = partialTexts(session, batch, slots)
  const finished = (completion: SampledCompletion): void => {
    texts.finished?.(completion)
    whole(completion)
  }
  const completions = await session.engine.sample(samplePrompts(slots), stage.sampling, { ...texts, finished }, session.control.signal)
  for (const completion of completions) requireFiniteCompletion(completion, slots[completion.promptIndex]![completion.sampleIndex]!.problem.id)
  return completions
}
