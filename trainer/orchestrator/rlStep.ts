import type { Gauges } from '../engines/engine.ts'
import { stepMetrics } from '../evals/stepMetrics.ts'
import type { StepFigures } from '../evals/stepMetrics.ts'
import type { Rollout } from '../protocol/rollout.ts'
import { writtenCount } from '../protocol/toolTokens.ts'
import { throwIfStoppedNow } from './cancellation.ts'
import { tellingRecorder } from './liveNotices.ts'
import { updatePolicy } from './policyUpdate.ts'
import { trainingProblems } from './problemSource.ts'
import { encodePrompts } from './promptEncoder.ts'
import { referencedTokens, referenceLogprobs, withKlPart } from './referencePolicy.ts'
import { reloadRewards } from './reloadRewards.ts'
import { batchPrefix, trainingSlots } from './rolloutSlot.ts'
import { sampleRollouts } from './rolloutStrategies.ts'
import { addTotals } from './runTotals.ts'
import { groupAlgorithm } from './runPlan.ts'
import type { StagePlan } from './runPlan.ts'
import { decideGroup, droppedByReason, scoredGroups } from './scoredGroups.ts'
import type { Seconds } from './sampleAndScore.ts'
import type { Session } from './session.ts'
import { isNotable } from './tokenUpdates.ts'
import { applyWeights } from './trainingBatch.ts'

/**
 * One RL step: sample → score while sampling goes on → filter → weigh → update → record. A step whose rollouts were sealed
 * before is replayed: the same update from the recorded rollouts, nothing sampled, nothing scored.
 */
export async function rlStep(session: Session, stage: StagePlan, stageStep: number): Promise<void> {
  const step = stage.stepsBefore + stageStep
  const startedAt = session.parts.clock.seconds()
  const recorded = await session.parts.directory.rollouts.readStep({ kind: 'train', step })
  if (recorded) await replayStep(session, stage, stageStep, recorded)
  else await liveStep(session, stage, stageStep)
  const seconds = session.parts.clock.seconds() - startedAt
  addTotals(session.totals, { stepSeconds: seconds })
  session.progress.finished(seconds)
}

async function replayStep(session: Session, stage: StagePlan, stageStep: number, recorded: readonly Rollout[]): Promise<void> {
  const groups = groupRows(recorded.filter(({ superseded }) => !superseded))
  const sample = Math.max(0, ...groups.flat().map(({ timing }) => timing.sampleSeconds))
  session.journal.event({ type: 'stepStarted', step: stage.stepsBefore + stageStep, stage: stage.name, attempt: groups[0]?.[0]?.attempt ?? 1 })
  await finishStep(session, stage, stageStep, groups, { seconds: { sample, score: 0 } })
}

async function liveStep(session: Session, stage: StagePlan, stageStep: number): Promise<void> {
  const { parts, plan } = session
  const step = stage.stepsBefore + stageStep
  const drawn = trainingProblems(stage, plan.run.seed, step)
  const prompts = await encodePrompts(session.engine, session.model, drawn, stage.sampling.maxTokens)
  const slots = trainingSlots(drawn, prompts, { seed: plan.run.seed, step, groupSize: stage.groupSize })
  const open = parts.directory.rollouts.openStep({ kind: 'train', step })
  let sealed = false
  try {
    const rewards = await reloadRewards(session, stage, step)
    session.journal.event({ type: 'stepStarted', step, stage: stage.name, attempt: open.attempt, ...(rewards.length > 0 && { rewards }) })
    const before = parts.executor?.statistics()
    const { groups, seconds } = await sampleRollouts(session, stage, slots, { step, batch: open.batch, recorder: tellingRecorder(session, open) })
    const after = parts.executor?.statistics()
    const executed = before && after && { executions: after.executions - before.executions, busySeconds: after.busySeconds - before.busySeconds }
    await finishStep(session, stage, stageStep, groups, { seconds, ...(executed && { executed }) }, (final) => {
      open.seal(final)
      sealed = true
      session.sealed.rollouts += final.length
    })
  } finally {
    if (!sealed) open.close()
  }
}

/** How long sampling and executing took, and what the device says. */
type Durations = Pick<StepFigures, 'seconds' | 'executed' | 'device'>

/** Engines whose device tells nothing are not asked. */
const gauges = async ({ engine, engineInfo }: Session): Promise<Gauges | undefined> => (engineInfo.gauges ? (await engine.info()).gauges : undefined)

/** From scored rows to new weights. `seal` is absent where the rows are sealed already. */
async function finishStep(
  session: Session, stage: StagePlan, stageStep: number, scoredRows: readonly (readonly Rollout[])[], sampled: Durations,
  seal?: (final: readonly Rollout[]) => void
): Promise<void> {
  const { clock } = session.parts
  const step = stage.stepsBefore + stageStep
  const from = clock.seconds()
  const reference = await referenceLogprobs(session, stage, scoredRows.flat())
  const rows = scoredRows.map((group) => group.map((row) => withKlPart(row, stage, reference)))
  const decisions = rows.map((group) => decideGroup(group, stage))
  const scored = scoredGroups(rows, decisions, stage)
  const weighed = await session.parts.weigh(scored, groupAlgorithm(stage), { maxTokens: stage.sampling.maxTokens })
  const { groups, ...trained } = applyWeights(rows, decisions, scored, weighed, reference)
  throwIfStoppedNow(session.control)
  if (seal && trained.items.length === 0) session.journal.event({ type: 'warning', step, code: 'step/no-update', message: noUpdate(droppedByReason(decisions)) })
  const weighedAt = clock.seconds()
  const { tokenUpdates, ...update } = await sealedMeanwhile(updatePolicy(session, stage, stageStep, trained, weighed), () => seal?.(groups.flat()))
  if (isNotable(tokenUpdates)) session.parts.directory.updates.write(step, tokenUpdates)
  session.position.stageStep = stageStep
  session.position.step = step
  const seconds: Seconds = { ...sampled.seconds, weigh: weighedAt - from, update: clock.seconds() - weighedAt }
  const durations = { ...sampled, seconds, device: await gauges(session) }
  recordStep(session, stage, { rollouts: groups.flat(), droppedGroups: droppedByReason(decisions), referencedTokens: referencedTokens(rows.flat(), reference), ...update, ...durations })
}

/**
 * Writing the rows blocks this process, not the engine: it is done while the engine computes. No checkpoint follows before
 * both are done, so that a death in between leaves an open step and old weights.
 */
async function sealedMeanwhile<T>(updating: Promise<T>, seal: () => void): Promise<T> {
  const settled = updating.then(() => undefined, () => undefined)
  await new Promise((resolve) => setImmediate(resolve))
  try {
    seal()
  } finally {
    await settled
  }
  return updating
}

function recordStep(session: Session, stage: StagePlan, figures: StepFigures): void {
  const { step } = session.position
  const metrics = stepMetrics(figures)
  countTotals(session, figures)
  session.journal.metrics(stage.name, step, metrics)
  const secondsLeft = session.progress.secondsLeft(session.plan.steps - step)
  session.journal.event({ type: 'stepFinished', step, stage: stage.name, metrics, ...(secondsLeft !== undefined && { secondsLeft }) })
}

function noUpdate(droppedGroups: Readonly<Record<string, number>>): string {
  const reasons = Object.entries(droppedGroups).map(([reason, count]) => `${reason} ${count}`)
  return `No update was made: nothing was left to train on${reasons.length > 0 ? ` (groups dropped: ${reasons.join(', ')})` : ''}.`
}

function countTotals(session: Session, { rollouts, updates, seconds }: StepFigures): void {
  addTotals(session.totals, {
    rollouts: rollouts.length,
    sampledTokens: rollouts.reduce((sum, { segments }) => sum + segments.reduce((tokens, segment) => tokens + writtenCount(segment), 0), 0),
    trainedTokens: updates.reduce((sum, { calls }) => sum + calls.reduce((tokens, { result }) => tokens + result.tokens, 0), 0),
    rewardSeconds: rollouts.reduce((sum, { timing }) => sum + timing.rewardSeconds, 0),
    sampleSeconds: seconds.sample ?? 0,
    updateSeconds: seconds.update ?? 0
  })
}

/** Recorded rows in the order of groups and samples. */
function groupRows(rows: readonly Rollout[]): Rollout[][] {
  const groups = new Map<string, Rollout[]>()
  for (const row of rows) groups.set(row.group, [...(groups.get(row.group) ?? []), row])
  const numberOf = (group: string): number => Number(group.slice(batchPrefix({ kind: 'train', step: 0 }).length + 1))
  return [...groups].sort(([a], [b]) => numberOf(a) - numberOf(b)).map(([, group]) => group.sort((a, b) => a.sampleIndex - b.sampleIndex))
}
