import { knownTruth } from '../../evals/agreement/knownTruth.ts'
import type { KnownTruth } from '../../evals/agreement/qualityControl.ts'
import { byIds, placedRows } from '../placedRows.ts'
import type { QueryState } from '../queryState.ts'
import { readWhole } from '../wholeRollouts.ts'
import { livingRun } from './livingRun.ts'
import type { RunLabels } from './runLabels.ts'

/** Whole rollouts read at a time, and at most: quality control is some dozens of items. */
const AT_ONCE = 100
const MOST = 1000

/** What the run itself knows of the rollouts that quality is controlled with, by id. */
export async function knownTruths(state: QueryState, labels: RunLabels, signal: AbortSignal): Promise<ReadonlyMap<string, KnownTruth>> {
  const items = new Set<string>()
  for (const { rollout, qualityControl, draft } of await labels.all()) {
    if (qualityControl && !draft && items.size < MOST) items.add(rollout)
  }
  const truths = new Map<string, KnownTruth>()
  const ids = [...items]
  const run = ids.length === 0 ? undefined : await livingRun(state, labels.run, signal)
  for (let from = 0; run !== undefined && from < ids.length; from += AT_ONCE) {
    const placed = await placedRows(state.db, run, byIds(ids.slice(from, from + AT_ONCE)), signal)
    for (const rollout of (await readWhole(placed, false, signal)).values()) truths.set(rollout.id, knownTruth(rollout))
  }
  return truths
}
