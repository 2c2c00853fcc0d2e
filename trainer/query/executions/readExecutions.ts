import { z } from 'zod'
import { ExecutionRecord } from '../../protocol/execution.ts'
import { checkedAs } from '../../stores/checkedAs.ts'
import { sqlText } from '../../stores/duckDb.ts'
import { fromParquet } from '../../stores/rolloutColumns.ts'
import type { PlacedRow } from '../placedRows.ts'
import { readRows } from '../readRows.ts'
import type { RowReading } from '../readRows.ts'

type Executions = readonly ExecutionRecord[]

/** Executions by row number, none where a completion is no program; neither text nor tokens of the rollouts are decoded. */
export async function readExecutions(rows: readonly PlacedRow[], signal?: AbortSignal): Promise<Map<number, Executions>> {
  const read = await readRows(rows, EXECUTIONS, signal)
  return new Map([...read].map(([row, { executions }]) => [row, executions]))
}

const EXECUTIONS: RowReading<{ readonly id: string; readonly executions: Executions }> = {
  fromLine: (line, place, id) => {
    const read = JSON.parse(line) as { id?: unknown; executions?: unknown } | null
    return read?.id === id ? { id, executions: checked(read.executions ?? [], place) } : undefined
  },
  fromShard: async (db, file, condition, options) => {
    // Shards of runs of earlier versions have no such column.
    const columns = await db.rows(`SELECT name FROM parquet_schema(${sqlText(file)}) WHERE name = 'executions'`, options)
    const column = columns.length > 0 ? 'CAST(executions AS VARCHAR)' : 'NULL'
    const rows = await db.values(`SELECT id, ${column} AS executions FROM ${fromParquet([file], { rowNumbers: true })} WHERE ${condition}`, options)
    return rows.map(({ id, executions }) => ({ id: String(id), executions: typeof executions === 'string' ? checked(JSON.parse(executions), file) : [] }))
  }
}

const checked = (value: unknown, place: string): Executions => checkedAs(z.array(ExecutionRecord), value, 'a list of executions', place)
