import type { ViewInfo } from '../../../trainer/protocol/rolloutViews.ts'
import type { RunDetails } from '../../../trainer/protocol/runViews.ts'

export interface OfferedNames {
  readonly parts: readonly string[]
  readonly environments: readonly string[]
}

/** What can be filtered by: what the rollouts recorded, since modules name what they give; before the first one, what the run files say. */
export function namesToOffer(info: ViewInfo | undefined, details: readonly RunDetails[]): OfferedNames {
  if (info && info.total > 0) return info
  return { parts: [...new Set(details.flatMap(({ rewardParts }) => rewardParts))], environments: [...new Set(details.flatMap(({ environments }) => environments))] }
}
