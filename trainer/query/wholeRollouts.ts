import type { Rollout } from '../protocol/rollout.ts'
import { fromParquet, recordFromColumns } from '../stores/rolloutColumns.ts'
import { checkedRollout } from '../stores/shardReader.ts'
import { withoutExecutions } from './withoutExecutions.ts'
import type { PlacedRow } from './placedRows.ts'
import { readRows } from './readRows.ts'
import type { RowReading } from './readRows.ts'

/**
 * Whole rollouts by row number. Those that cannot be read any more, because a step was moved this moment, are missing.
 * @param executions whether those of programs come along, which may be long.
 */
export const readWhole = (rows: readonly PlacedRow[], executions: boolean, signal?: AbortSignal): Promise<Map<number, Rollout>> =>
  readRows(rows, executions ? WITH_EXECUTIONS : WITHOUT_EXECUTIONS, signal)

const WITH_EXECUTIONS = wholeReading('*', (line) => line)
// A pattern, since shards of runs of earlier versions have no such column.
const WITHOUT_EXECUTIONS = wholeReading("COLUMNS(lambda name: name <> 'executions')", withoutExecutions)

function wholeReading(columns: string, ofLine: (line: string) => string): RowReading<Rollout> {
  return {
    fromLine: (line, place) => checkedRollout(JSON.parse(ofLine(line)), place),
    fromShard: async (db, file, condition, options) => {
      const rows = await db.values(`SELECT ${columns} FROM ${fromParquet([file], { rowNumbers: true })} WHERE ${condition}`, options)
      return rows.map((row) => checkedRollout(recordFromColumns(row), file))
    }
  }
}
