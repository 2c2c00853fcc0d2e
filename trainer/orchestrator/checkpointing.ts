import { LabError } from '../errors.ts'
import type { SavedCheckpoint } from '../stores/checkpointStore.ts'
import { compactIfDue } from './compaction.ts'
import { needsReference } from './runPlan.ts'
import type { Position, Session } from './session.ts'

/** Saves weights, optimiser state and position, unless that was what was saved or restored last. */
export async function saveCheckpoint(session: Session): Promise<void> {
  const { parts, position, journal } = session
  const { checkpoints } = parts.directory
  if (session.lastSaved === positionKey(position)) return
  const saved = await checkpoints.save({ ...position, totals: { ...session.totals }, device: session.engineInfo.device }, parts.clock.now(), (folder) =>
    session.engine.save(folder, { optimizer: true, dtype: 'float32' })
  )
  session.lastSaved = positionKey(position)
  journal.event({ type: 'checkpointSaved', step: position.step, directory: saved.directory })
  await compactIfDue(session)
  await removeOld(session)
}

/** A checkpoint too many costs room, so this never ends a run: a program may have a file of it open, which network shares and Windows do not let go. */
async function removeOld(session: Session): Promise<void> {
  const { parts, plan, journal, position } = session
  try {
    await parts.directory.checkpoints.retain(plan.run.checkpoint.keep, ({ checkpoint }, staying) =>
      isReference(checkpoint, session) && staying.some((other) => other.checkpoint.stageIndex === checkpoint.stageIndex))
  } catch (error) {
    if (!LabError.is(error)) throw error
    journal.event({ type: 'warning', step: position.step, code: error.code, message: `An old checkpoint was not deleted: ${error.message}` })
  }
}

export const positionKey = ({ stageIndex, stageStep, policyVersion }: Position): string => `${stageIndex} ${stageStep} ${policyVersion}`

/** The checkpoint that the reference policy of its stage is loaded from on resume. An older checkpoint may be the newest whole one, whatever stage it is of. */
function isReference({ stageIndex, stageStep }: SavedCheckpoint['checkpoint'], { plan }: Session): boolean {
  const stage = plan.stages[stageIndex]
  return stage !== undefined && needsReference(stage) && stageStep === 0
}
