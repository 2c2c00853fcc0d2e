import { saveCheckpoint } from './checkpointing.ts'
import { compactSteps } from './compaction.ts'
import { evaluateWhole, recallBefore } from './evaluation.ts'
import type { Evaluations } from './evaluation.ts'
import { evaluationStep, firstMeasured, stepBefore } from './evaluationStep.ts'
import { REFERENCE } from './referencePolicy.ts'
import { runRlStage } from './rlStage.ts'
import { endsAsScorer, needsReference } from './runPlan.ts'
import type { StagePlan } from './runPlan.ts'
import { atSafePoint } from './safePoint.ts'
import type { Session } from './session.ts'
import { runSupervisedStage } from './supervisedStage.ts'

/** What the evaluations at both ends showed. */
export interface RunEvaluations {
  before: Evaluations
  after: Evaluations
}

/** Runs all stages from the session's position to the end, evaluating before the first stage of RL or on rows, and after the last one. */
export async function runStages(session: Session, evaluations: RunEvaluations): Promise<void> {
  const { stages } = session.plan
  const measured = firstMeasured(session.plan)
  evaluations.before = await recallBefore(session)
  for (let index = session.position.stageIndex; index < stages.length; index++) {
    const stage = stages[index]!
    if (session.position.stageIndex !== index) Object.assign(session.position, { stageIndex: index, stage: stage.name, stageStep: 0 })
    if (session.position.stageStep === 0) await enterStage(session, stage)
    if (session.position.stageStep === 0) await evaluateEntering(session, stage, evaluations)
    await (stage.kind === 'rl' ? runRlStage : runSupervisedStage)(session, stage)
  }
  await saveCheckpoint(session)
  // Evaluating, compacting and exporting may take long each, and a run that goes on takes up any of them from here.
  await atSafePoint(session)
  const untouched = measured !== undefined && evaluationStep(session) === stepBefore(session.plan)
  evaluations.after = untouched ? evaluations.before : await evaluateWhole(session, 'after')
  await atSafePoint(session)
  await compactSteps(session, true)
  await atSafePoint(session)
  await exportModel(session)
}

/** The run's start, and the last look at a policy that becomes a scorer of steps: its completions are what the scorer will choose among. */
async function evaluateEntering(session: Session, stage: StagePlan, evaluations: RunEvaluations): Promise<void> {
  if (stage === firstMeasured(session.plan)) evaluations.before = await evaluateWhole(session, 'before')
  else if (endsAsScorer(session.plan.stages) && stage === session.plan.stages.at(-1)) await evaluateWhole(session, 'during')
}

/** The policy for other programs, in the precision asked for. Weights are those of the last checkpoint, so doing it again is safe. */
async function exportModel({ engine, journal, parts, plan, position }: Session): Promise<void> {
  const { dtype } = plan.run.checkpoint
  const directory = await parts.directory.model.save((folder) => engine.save(folder, { optimizer: false, dtype }))
  journal.event({ type: 'modelExported', step: position.step, directory })
}

/** A stage starts with a fresh optimiser; its first weights are the reference of its KL penalty. */
async function enterStage(session: Session, stage: StagePlan): Promise<void> {
  const { engine, journal, position } = session
  await engine.resetOptimizer()
  if (needsReference(stage)) await engine.snapshot(REFERENCE)
  journal.event({ type: 'stageStarted', step: position.step, stage: stage.name, steps: stage.steps })
  journal.state('running', { stage: stage.name, step: position.step })
  await saveCheckpoint(session)
}
