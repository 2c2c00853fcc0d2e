import { LabError } from '../errors.ts'
import type { Engine, EngineInfo, ModelInfo } from '../engines/engine.ts'
import { neededCapabilities } from '../algorithms/capabilities.ts'
import type { SavedCheckpoint } from '../stores/checkpointStore.ts'
import { positionKey } from './checkpointing.ts'
import { REFERENCE } from './referencePolicy.ts'
import { needsReference } from './runPlan.ts'
import { noTotals } from './runTotals.ts'
import type { RunContext, Session } from './session.ts'

/** Brings a fresh engine to the last whole checkpoint, or to the run's model where there is none. */
export async function restoreSession(context: RunContext, engine: Engine): Promise<Session> {
  const found = await engine.info()
  requireCapabilities(context, found)
  const saved = await context.parts.directory.checkpoints.latestWhole()
  if (!saved) {
    const model = await engine.loadModel(context.parts.model)
    return { ...context, engine, engineInfo: await engine.info(), model, ...startOfRun(context) }
  }
  requireDevice(saved, found)
  await restoreReference(context, engine, saved)
  const model: ModelInfo = await engine.load(saved.directory, { optimizer: true })
  const { stage, stageIndex, stageStep, step, policyVersion, totals } = saved.checkpoint
  requireStage(context, stage, stageIndex)
  const position = { stage, stageIndex, stageStep, step, policyVersion }
  return { ...context, engine, engineInfo: await engine.info(), model, position, totals: { ...(totals ?? noTotals()) }, lastSaved: positionKey(position) }
}

function startOfRun({ plan }: RunContext): Pick<Session, 'position' | 'totals' | 'lastSaved'> {
  const position = { stage: plan.stages[0]!.name, stageIndex: 0, stageStep: 0, step: 0, policyVersion: 0 }
  return { position, totals: noTotals(), lastSaved: undefined }
}

/** Snapshots live in memory only: the reference comes back from the checkpoint of the stage's start. */
async function restoreReference({ parts, plan }: RunContext, engine: Engine, { checkpoint }: SavedCheckpoint): Promise<void> {
  const stage = plan.stages[checkpoint.stageIndex]
  if (!stage || !needsReference(stage) || checkpoint.stageStep === 0) return
  const start = parts.directory.checkpoints.list().find((saved) => saved.checkpoint.stageIndex === checkpoint.stageIndex && saved.checkpoint.stageStep === 0)
  if (!start) {
    throw new LabError('store', 'store/no-reference', `The checkpoint from the start of stage ${JSON.stringify(stage.name)} is missing, and the KL penalty needs it.`, {
      remedy: 'Restore it from a copy of the run, or start the run again.',
      place: parts.directory.path
    })
  }
  await engine.load(start.directory, { optimizer: false })
  await engine.snapshot(REFERENCE)
}

function requireStage({ plan, parts }: RunContext, stage: string, index: number): void {
  if (plan.stages[index]?.name === stage) return
  throw new LabError('store', 'store/other-stages', `The last checkpoint belongs to stage ${JSON.stringify(stage)}, which the run file does not have at this place.`, {
    remedy: 'Resume with the run file that the run was started with.',
    place: parts.directory.path
  })
}

/** What a GPU began does not go on, a hundred times slower, on the processor that is left. @throws LabError `engine/device-lost` */
function requireDevice({ checkpoint: { device } }: SavedCheckpoint, now: EngineInfo): void {
  if (device === undefined || device === PROCESSOR || now.device !== PROCESSOR) return
  throw new LabError('engine', 'engine/device-lost', `The run computed on ${device}, and the engine finds no device but the processor now.`, {
    remedy: 'Everything up to the last checkpoint is kept. Bring the device back, then resume; or fork from the checkpoint with "torch": { "device": "cpu" }.',
    place: device
  })
}

const PROCESSOR = 'cpu'

/** @throws LabError `engine/missing-capability` before anything is sampled. */
function requireCapabilities({ plan }: RunContext, info: EngineInfo): void {
  const missing = neededCapabilities(plan.run).filter((capability) => !info.capabilities.includes(capability))
  if (missing.length === 0) return
  throw new LabError('engine', 'engine/missing-capability', `The engine ${JSON.stringify(info.name)} cannot do what the run needs: ${missing.join(', ')}.`, {
    remedy: 'Choose another engine, or take the algorithm or regulariser that needs this out of the run file.',
    place: 'engine'
  })
}
