import { throwIfStoppedNow, RunStopped } from './cancellation.ts'
import { saveCheckpoint } from './checkpointing.ts'
import type { Session } from './session.ts'

/** Between two steps, and between the parts of a run's end: waits while the run is paused; where it was told to stop, saves a checkpoint and unwinds. @throws RunStopped */
export async function atSafePoint(session: Session): Promise<void> {
  throwIfStoppedNow(session.control)
  if (session.control.pauseRequested) await waitOutPause(session)
  throwIfStoppedNow(session.control)
  if (!session.control.stopRequested) return
  await saveCheckpoint(session)
  throw new RunStopped()
}

/** The checkpoint keeps the work of a paused run that nobody comes back to. */
async function waitOutPause(session: Session): Promise<void> {
  const { control, journal, position } = session
  await saveCheckpoint(session)
  journal.state('paused', position)
  journal.event({ type: 'runPaused', step: position.step })
  // Paused again before it could go on, it keeps waiting.
  while (control.pauseRequested) await control.pauseOver()
  if (control.stopRequested) return
  journal.state('running', position)
  journal.event({ type: 'runContinued', step: position.step })
}
