import type { Checkpoint } from '../protocol/checkpoint.ts'

/** What the run has used up to its current weights; recorded in checkpoints, so that a resumed run goes on counting. */
export type RunTotals = { -readonly [K in keyof NonNullable<Checkpoint['totals']>]: number }

export const noTotals = (): RunTotals => ({ rollouts: 0, sampledTokens: 0, trainedTokens: 0, rewardSeconds: 0, stepSeconds: 0, sampleSeconds: 0, updateSeconds: 0 })

export function addTotals(totals: RunTotals, more: Partial<RunTotals>): void {
  for (const key of Object.keys(totals) as (keyof RunTotals)[]) totals[key] += more[key] ?? 0
}
