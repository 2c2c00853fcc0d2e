import type { Loss, TrainSequence } from '../engines/engine.ts'
import { saveCheckpoint } from './checkpointing.ts'
import { stepOptimizer } from './policyUpdate.ts'
import { demonstrations } from './problemSource.ts'
import type { Demonstration } from './problemSource.ts'
import { encodePrompts, encodeTexts, requireRoom } from './promptEncoder.ts'
import { addTotals } from './runTotals.ts'
import type { StagePlan } from './runPlan.ts'
import { optimizerStepAt } from './schedule.ts'
import { atSafePoint } from './safePoint.ts'
import type { Session } from './session.ts'

/** A supervised step costs a small part of an RL step, so that many more lie between two checkpoints. */
const STEPS_PER_CHECKPOINT_STEP = 20
/** Progress reports of a stage. */
const REPORTS = 100

/** Maximum likelihood on demonstrations of the environment; the batch of a step depends on seed, stage and step alone. */
export async function runSupervisedStage(session: Session, stage: StagePlan): Promise<void> {
  const loss = await supervisedLoss(session, stage)
  const every = session.plan.run.checkpoint.every * STEPS_PER_CHECKPOINT_STEP
  const reportEvery = Math.max(1, Math.round(stage.steps / REPORTS))
  const meter = startMeter(session)
  const batches = batchesAhead(session, stage)
  while (session.position.stageStep < stage.steps) {
    await atSafePoint(session)
    const stageStep = session.position.stageStep + 1
    const figures = await supervisedStep(session, stage, stageStep, loss, batches)
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
}

/** Gives the batch of a step. */
type Batches = (stageStep: number) => Promise<TrainSequence[]>

/** Makes the batch of the next step while the engine computes on the current one. */
function batchesAhead(session: Session, stage: StagePlan): { take: Batches; prepare: (stageStep: number) => void } {
  const ready = new Map<number, Promise<TrainSequence[]>>()
  const make: Batches = (stageStep) => encodeDemonstrations(session, demonstrations(stage, session.plan.run.seed, stageStep))
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
  session: Session, stage: StagePlan, stageStep: number, loss: Loss, batches: ReturnType<typeof batchesAhead>
): Promise<SupervisedFigures> {
  const startedAt = session.parts.clock.seconds()
  const data = await batches.take(stageStep)
  const computing = session.engine.forwardBackward(data, loss, session.control.signal)
  batches.prepare(stageStep + 1)
  const result = await computing
  const step = optimizerStepAt(stage.optimizer, stageStep - 1, stage.steps)
  const { gradNorm } = await stepOptimizer(session, step)
  addTotals(session.totals, { trainedTokens: result.tokens, updateSeconds: session.parts.clock.seconds() - startedAt })
  return { loss: result.loss, tokens: result.tokens, gradNorm, learningRate: step.learningRate }
}

/** The prompt as it will be sampled, the trace, and the token that ends a text. */
async function encodeDemonstrations(session: Session, batch: readonly Demonstration[]): Promise<TrainSequence[]> {
  const { engine, model } = session
  const [prompts, completions] = await Promise.all([
    encodePrompts(engine, model, batch, 0),
    encodeTexts(engine, batch, batch.map(({ completion }) => completion), 'demonstrations')
  ])
  return batch.map(({ problem }, i) => {
    const completion = [...completions[i]!, ...model.endOfTextTokens.slice(0, 1)]
    requireRoom(problem, prompts[i]!.tokens.length, completion.length, model.contextLength)
    return { prompt: prompts[i]!.tokens, completion }
  })
}

async function supervisedLoss({ parts }: Session, stage: StagePlan): Promise<Loss> {
  const { loss } = await parts.weigh([], stage.algorithm, { maxTokens: stage.sampling.maxTokens })
  return loss
}

function report(session: Session, stage: StagePlan, figures: SupervisedFigures, tokensPerSecond: number): void {
  const { step, stageStep } = session.position
  session.journal.metrics(stage.name, stageStep, {
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
