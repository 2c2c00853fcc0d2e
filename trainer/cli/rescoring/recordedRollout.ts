import { LabError } from '../../errors.ts'
import { readScoredRollouts } from '../../stores/scoredRollouts.ts'
import type { ScoredRollout } from '../../stores/scoredRollouts.ts'

/** One rollout of a run, as it was recorded. @throws LabError `label/no-rollout`. */
export async function recordedRollout(directory: string, id: string): Promise<ScoredRollout> {
  const found: ScoredRollout[] = []
  await readScoredRollouts(directory, new Set([id]), (rollout) => void found.push(rollout))
  if (found[0]) return found[0]
  throw new LabError('dataset', 'label/no-rollout', 'The run has no such rollout.', { place: '--rollout', remedy: 'Give the id of a rollout of this run.' })
}
