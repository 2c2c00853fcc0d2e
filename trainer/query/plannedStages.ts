import { LabError } from '../errors.ts'
import { countedStages } from '../protocol/runStages.ts'
import type { CountedStage } from '../protocol/runStages.ts'
import { requireReadableRun } from './runCards.ts'

/** The stages of a run in the order of its file; none where it cannot be read, which the run's card says. */
export function plannedStages(directory: string): CountedStage[] {
  try {
    return countedStages(requireReadableRun(directory).run)
  } catch (error) {
    if (!LabError.is(error)) throw error
    return []
  }
}
