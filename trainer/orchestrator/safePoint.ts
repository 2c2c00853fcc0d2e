import { throwIfStoppedNow, RunStopped } from './cancellation.ts'
import { saveCheckpoint } from './checkpointing.ts'
import type { Session } from './session.ts'

/** Between two steps: where the run was told to stop, saves a checkpoint and unwinds. @throws RunStopped */
export async function atSafePoint(session: Session): Promise<void> {
  throwIfStoppedNow(session.control)
  if (!session.control.stopRequested) return
  await saveCheckpoint(session)
  throw new RunStopped()
}
