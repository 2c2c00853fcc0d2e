import { ROLLOUTS_PER_SHARD } from '../stores/compaction.ts'
import { LabError } from '../errors.ts'
import { evaluationStep } from './evaluationStep.ts'
import type { Session } from './session.ts'

/** Moves sealed steps into shards once enough have gathered; called after a checkpoint, whose steps are never redone. */
export async function compactIfDue(session: Session): Promise<void> {
  if (session.sealed.rollouts < ROLLOUTS_PER_SHARD) return
  await compactSteps(session, false)
}

/** At the end of a run: everything. What cannot be compacted stays readable as it is, so this never ends a run. */
export async function compactSteps(session: Session, all: boolean): Promise<void> {
  try {
    await session.parts.directory.rollouts.compact({ throughStep: evaluationStep(session), all })
  } catch (error) {
    if (!LabError.is(error)) throw error
    session.journal.event({ type: 'warning', step: session.position.step, code: error.code, message: `Rollouts were not compacted: ${error.message}` })
  } finally {
    // Where it failed it is tried again once as many have gathered again, not at every checkpoint.
    session.sealed.rollouts = 0
  }
}
