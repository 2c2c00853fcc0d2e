import { saveCheckpoint } from './checkpointing.ts'
import { evaluateDuring } from './evaluation.ts'
import { rlStep } from './rlStep.ts'
import type { StagePlan } from './runPlan.ts'
import { atSafePoint } from './safePoint.ts'
import type { Session } from './session.ts'

/** The steps of an RL stage that are still to do, with evaluations and checkpoints between them. */
export async function runRlStage(session: Session, stage: StagePlan): Promise<void> {
  const { every } = session.plan.run.checkpoint
  while (session.position.stageStep < stage.steps) {
    await atSafePoint(session)
    await evaluateIfDue(session)
    await rlStep(session, stage, session.position.stageStep + 1)
    const { step, stageStep } = session.position
    session.journal.state('running', { stage: stage.name, step })
    if (stageStep % every === 0 && stageStep < stage.steps) await saveCheckpoint(session)
  }
  await evaluateIfDue(session)
}

/** Asked at the start of a step, so that a run resumed between checkpoint and evaluation makes up for it. */
async function evaluateIfDue(session: Session): Promise<void> {
  const { every } = session.plan.run.evaluation
  const { step } = session.position
  if (every > 0 && step > 0 && step % every === 0 && step < session.plan.steps) await evaluateDuring(session)
}
