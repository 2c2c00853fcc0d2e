import type { RolloutFilter, ViewInfo } from '../../trainer/protocol/rolloutViews.ts'

export interface ListCounts {
  /** Rollouts that the list would have without its other conditions. */
  readonly listed: number
  /** Rollouts that it does not show because their attempt was done again, which nobody asked it to hide. */
  readonly leftOut: number
}

export function countsOf({ total, superseded }: Pick<ViewInfo, 'total' | 'superseded'>, filter: RolloutFilter): ListCounts {
  return filter.superseded === true ? { listed: total, leftOut: 0 } : { listed: total - superseded, leftOut: superseded }
}
