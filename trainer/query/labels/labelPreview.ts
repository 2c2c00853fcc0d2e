import { joinPreviews, previewOf } from '../../labels/rows/previewRows.ts'
import { rowBatches } from '../../labels/rows/rowBatches.ts'
import type { RowRollout } from '../../labels/rows/rowRollout.ts'
import { rowsOf } from '../../labels/rows/rowsOf.ts'
import type { RowOptions } from '../../labels/rows/rowsOf.ts'
import type { RowsPreview } from '../../protocol/labelViews.ts'
import { byIds, placedRows } from '../placedRows.ts'
import { throwIfCancelled } from '../queryError.ts'
import type { QueryState } from '../queryState.ts'
import { livingRun } from './livingRun.ts'
import { readRowTexts } from './rowTexts.ts'
import type { RunLabels } from './runLabels.ts'

/** Rollouts whose texts are in memory at a time: neighbours, so that their row groups are read once. */
const AT_ONCE = 1000

/** What an export of these labels would give; of a run that is gone, nothing: all are left out for that reason. */
export async function labelPreview(state: QueryState, labels: RunLabels, options: RowOptions, signal: AbortSignal): Promise<RowsPreview> {
  const run = await livingRun(state, labels.run, signal)
  const parts: RowsPreview[] = []
  for (const batch of rowBatches(await labels.all(), AT_ONCE)) {
    throwIfCancelled(signal)
    const rollouts = run === undefined ? new Map<string, RowRollout>() : await readRowTexts(await placedRows(state.db, run, byIds([...batch.rollouts]), signal), signal)
    parts.push(previewOf(rowsOf(labels.run, batch.labels, rollouts, options), batch.labels))
  }
  return joinPreviews(parts)
}
