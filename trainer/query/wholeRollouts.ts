import { LabError } from '../errors.ts'
import type { Rollout } from '../protocol/rollout.ts'
import { fromParquet, recordFromColumns } from '../stores/rolloutColumns.ts'
import { checkedRollout } from '../stores/shardReader.ts'
import type { Shard } from '../stores/shardReader.ts'
import { withFiles } from './database.ts'
import { readLineAt } from './lineTail.ts'
import { withoutExecutions } from './narrowRollout.ts'
import { conditionOf, groupPlaces } from './placedRows.ts'
import type { PlacedRow } from './placedRows.ts'

/** A row group of 2,048 rollouts with their tokens is decoded to read one of them; the second try is for long completions. */
const MEMORY_MEGABYTES = [320, 2048]
const DEADLINE_SECONDS = 60

/**
 * Whole rollouts by row number. Those that cannot be read any more, because a step was moved this moment, are missing.
 * @param executions whether those of programs come along, which may be long.
 */
export async function readWhole(rows: readonly PlacedRow[], executions: boolean, signal?: AbortSignal): Promise<Map<number, Rollout>> {
  const found = new Map<number, Rollout>()
  const { shards, lines } = groupPlaces(rows)
  for (const row of lines) {
    const rollout = row.place.kind === 'lines' ? readLine(row.place.path, row.place.offset, row.id, executions) : undefined
    if (rollout !== undefined) found.set(row.row, rollout)
  }
  for (const [shard, placed] of shards) {
    const byId = new Map(placed.map((row) => [row.id, row.row]))
    for (const rollout of await readShard(shard, conditionOf(placed), executions, signal)) {
      const row = byId.get(rollout.id)
      if (row !== undefined) found.set(row, rollout)
    }
  }
  return found
}

function readLine(place: string, offset: number, id: string, executions: boolean): Rollout | undefined {
  try {
    const line = readLineAt(place, offset)
    const rollout = line === undefined ? undefined : checkedRollout(JSON.parse(executions ? line : withoutExecutions(line)), place)
    return rollout?.id === id ? rollout : undefined
  } catch (error) {
    if (error instanceof SyntaxError || LabError.is(error, 'missing')) return undefined
    throw error
  }
}

async function readShard(shard: Shard, condition: string, executions: boolean, signal: AbortSignal | undefined): Promise<Rollout[]> {
  // A pattern, since shards of runs of earlier versions have no such column.
  const select = `SELECT ${executions ? '*' : "COLUMNS(lambda name: name <> 'executions')"} FROM ${fromParquet([shard.rollouts], { rowNumbers: true })} WHERE ${condition}`
  for (const [attempt, memoryMegabytes] of MEMORY_MEGABYTES.entries()) {
    try {
      const rows = await withFiles({ threads: 1, memoryMegabytes, files: [shard.rollouts] }, (db) => db.values(select, { signal, deadlineSeconds: DEADLINE_SECONDS }))
      return rows.map((row) => checkedRollout(recordFromColumns(row), shard.rollouts))
    } catch (error) {
      if (!LabError.is(error, 'query-memory') || attempt === MEMORY_MEGABYTES.length - 1) throw error
    }
  }
  return []
}
