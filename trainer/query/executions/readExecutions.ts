import { z } from 'zod'
import { LabError } from '../../errors.ts'
import { ExecutionRecord } from '../../protocol/execution.ts'
import { sqlText } from '../../stores/duckDb.ts'
import { fromParquet } from '../../stores/rolloutColumns.ts'
import type { Shard } from '../../stores/shardReader.ts'
import { withFiles } from '../database.ts'
import type { QueryDatabase } from '../database.ts'
import { readLineAt } from '../lineTail.ts'
import { withoutNumbers } from '../narrowRollout.ts'
import { conditionOf, groupPlaces } from '../placedRows.ts'
import type { PlacedRow } from '../placedRows.ts'

/** A row group of 2,048 rollouts with their outputs is decoded to read one of them; the second try is for long outputs. */
const MEMORY_MEGABYTES = [320, 2048]
const DEADLINE_SECONDS = 60

const Executions = z.array(ExecutionRecord)
type Executions = readonly ExecutionRecord[]

/** Executions by row number, none where a completion is no program; neither text nor tokens of the rollouts are decoded. */
export async function readExecutions(rows: readonly PlacedRow[], signal?: AbortSignal): Promise<Map<number, Executions>> {
  const found = new Map<number, Executions>()
  const { shards, lines } = groupPlaces(rows)
  for (const { row, id, place } of lines) {
    const executions = place.kind === 'lines' ? executionsOfLine(place.path, place.offset, id) : undefined
    if (executions) found.set(row, executions)
  }
  for (const [shard, placed] of shards) {
    const byId = new Map(placed.map(({ id, row }) => [id, row]))
    for (const { id, executions } of await executionsOfShard(shard, conditionOf(placed), signal)) {
      const row = byId.get(id)
      if (row !== undefined) found.set(row, executions)
    }
  }
  return found
}

function executionsOfLine(place: string, offset: number, id: string): Executions | undefined {
  try {
    const line = readLineAt(place, offset)
    const read = line === undefined ? undefined : (JSON.parse(withoutNumbers(line)) as { id?: unknown; executions?: unknown })
    return read?.id === id ? checked(read.executions ?? [], place) : undefined
  } catch (error) {
    // What was a rollout when it was listed has been moved or damaged since.
    if (error instanceof SyntaxError || LabError.is(error, 'missing')) return undefined
    throw error
  }
}

async function executionsOfShard(shard: Shard, condition: string, signal: AbortSignal | undefined): Promise<{ id: string; executions: Executions }[]> {
  for (const [attempt, memoryMegabytes] of MEMORY_MEGABYTES.entries()) {
    try {
      return await withFiles({ threads: 1, memoryMegabytes, files: [shard.rollouts] }, (db) => executionsIn(db, shard.rollouts, condition, signal))
    } catch (error) {
      if (!LabError.is(error, 'query-memory') || attempt === MEMORY_MEGABYTES.length - 1) throw error
    }
  }
  return []
}

/** Shards of runs of earlier versions have no such column. */
async function executionsIn(db: QueryDatabase, file: string, condition: string, signal: AbortSignal | undefined): Promise<{ id: string; executions: Executions }[]> {
  const options = { signal, deadlineSeconds: DEADLINE_SECONDS }
  const columns = await db.rows(`SELECT name FROM parquet_schema(${sqlText(file)}) WHERE name = 'executions'`, options)
  const column = columns.length > 0 ? 'CAST(executions AS VARCHAR)' : 'NULL'
  const rows = await db.values(`SELECT id, ${column} AS executions FROM ${fromParquet([file], { rowNumbers: true })} WHERE ${condition}`, options)
  return rows.map(({ id, executions }) => ({ id: String(id), executions: typeof executions === 'string' ? checked(JSON.parse(executions), file) : [] }))
}

function checked(value: unknown, place: string): Executions {
  const result = Executions.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw new LabError('store', 'damaged-rollouts', `executions in ${place} are damaged: ${issue?.path.join('.')} ${issue?.message}`, {
    place, remedy: 'Restore the rollouts folder from a copy of the run.'
  })
}
