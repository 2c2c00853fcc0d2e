import type { RowBatch } from '../algorithms/rows.ts'
import { preferenceMetrics } from '../evals/preferenceMetrics.ts'
import { saveCheckpoint } from './checkpointing.ts'
import { demonstrationBatches } from './demonstrationBatches.ts'
import { stepOptimizer } from './policyUpdate.ts'
import { rowBatches } from './rowBatches.ts'
import { addTotals } from './runTotals.ts'
import type { StagePlan } from './runPlan.ts'
import { optimizerStepAt } from './schedule.ts'
import { atSafePoint } from './safePoint.ts'
import type { Session } from './session.ts'

/** A supervised step costs a small part of an RL step, so that many more lie between two checkpoints; there are fewer of them on rows. */
const STEPS_PER_CHECKPOINT_STEP = { demonstrations: 20, rows: 5 }
/** Progress reports of a stage. */
const REPORTS = 100

/** Learning from texts that are given: the environment's demonstrations or rows of a file. */
export async function runSupervisedStage(session: Session, planned: StagePlan): Promise<void> {
  const { steps, batchOf } = planned.data ? await rowBatches(session, planned, planned.data) : { steps: planned.steps, batchOf: await demonstrationBatches(session, planned) }
  const stage = { ...planned, steps }
  const every = session.plan.run.checkpoint.every * STEPS_PER_CHECKPOINT_STEP[stage.data ? 'rows' : 'demonstrations']
  const reportEvery = Math.max(1, Math.round(stage.steps / REPORTS))
  const meter = startMeter(session)
  const batches = batchesAhead(stage, batchOf)
  while (session.position.stageStep < stage.steps) {
    await atSafePoint(session)
    const stageStep = session.position.stageStep + 1
    const figures = await supervisedStep(session, stage, stageStep, batches)
    session.position.stageStep = stageStep
    const tokensPerSecond = meter(figures.tokens)
    if (stageStep % reportEvery === 0 || stageStep === stage.steps) report(session, stage, figures, tokensPerSecond)
    if (stageStep % every === 0 && stageStep < stage.steps) await saveCheckpoint(session)
  }
}

interface SupervisedFigures {
  readonly loss: number
  readonly tokens: number
  readonly gradNorm: number
  readonly learningRate: number
  /** Of preferences, where it learns from them. */
  readonly preferences: Readonly<Record<string, number>>
}

/** Gives the batch of a step, which depends on seed, stage and step alone. */
export type Batches = (stageStep: number) => Promise<RowBatch>

export interface StageBatches {
  readonly steps: number
  readonly batchOf: Batches
}

/** Makes the batch of the next step while the engine computes on the current one. */
function batchesAhead(stage: StagePlan, make: Batches): { take: Batches; prepare: (stageStep: number) => void } {
  const ready = new Map<number, Promise<RowBatch>>()
  return {
    take: (stageStep) => {
      const batch = ready.get(stageStep) ?? make(stageStep)
      ready.delete(stageStep)
      return batch
    },
    prepare: (stageStep) => {
      if (stageStep > stage.steps) return
      const batch = make(stageStep)
      // Met when the batch is taken; a stage that ends before has no use for it.
      batch.catch(() => undefined)
      ready.set(stageStep, batch)
    }
  }
}

async function supervisedStep(
  session: Session, stage: StagePlan, stageStep: number, batches: ReturnType<typeof batchesAhead>
): Promise<SupervisedFigures> {
  const startedAt = session.parts.clock.seconds()
  const { data, loss } = await batches.take(stageStep)
  const computing = session.engine.forwardBackward(data, loss, session.control.signal)
  batches.prepare(stageStep + 1)
  const result = await computing
  const step = optimizerStepAt(stage.optimizer, stageStep - 1, stage.steps)
  const { gradNorm } = await stepOptimizer(session, step)
  addTotals(session.totals, { trainedTokens: result.tokens, updateSeconds: session.parts.clock.seconds() - startedAt })
  return { loss: result.loss, tokens: result.tokens, gradNorm, learningRate: step.learningRate, preferences: preferenceMetrics(data, result.logprobs) }
}

function report(session: Session, stage: StagePlan, figures: SupervisedFigures, tokensPerSecond: number): void {
  const { step, stageStep } = session.position
  session.journal.metrics(stage.name, stageStep, {
    ...figures.preferences,
    'loss/total': figures.loss,
    'gradient/norm': figures.gradNorm,
    'optimizer/learningRate': figures.learningRate,
    'throughput/trained': tokensPerSecond
  })
  session.journal.event({ type: 'stageProgress', step, stage: stage.name, done: stageStep, of: stage.steps, loss: figures.loss, tokensPerSecond })
  session.journal.state('running', { stage: stage.name, step })
}

/** Tokens per second since the stage was taken up; 0 until time has passed. */
function startMeter({ journal }: Session): (tokens: number) => number {
  const startedAt = journal.seconds()
  let total = 0
  return (tokens) => {
    total += tokens
    const seconds = journal.seconds() - startedAt
    return seconds > 0 ? total / seconds : 0
  }
}
