import { LabError } from '../errors.ts'
import { withMoreMemory } from '../stores/duckDb.ts'
import { withFiles } from './database.ts'
import type { QueryDatabase, StatementOptions } from './database.ts'
import { readLineAt } from './lineTail.ts'
import { conditionOf, groupPlaces } from './placedRows.ts'
import type { PlacedRow } from './placedRows.ts'

/** How something of a rollout is read, wherever its record lies. */
export interface RowReading<T> {
  /** Of the line that was the record of this rollout; undefined where it is no such record. May throw SyntaxError. */
  fromLine(line: string, place: string, id: string): T | undefined
  /** Of the rows of a shard's file that pass a condition. */
  fromShard(db: QueryDatabase, file: string, condition: string, options: StatementOptions): Promise<readonly T[]>
}

/** A row group of 2,048 rollouts is decoded to read one of them; the second try is for long texts. */
const MEMORY_MEGABYTES = [320, 2048] as const
const DEADLINE_SECONDS = 60

/** By row number. What cannot be read any more, because a step was moved this moment, is missing. */
export async function readRows<T extends { readonly id: string }>(rows: readonly PlacedRow[], reading: RowReading<T>, signal?: AbortSignal): Promise<Map<number, T>> {
  const found = new Map<number, T>()
  const { shards, lines } = groupPlaces(rows)
  for (const { row, id, place } of lines) {
    const read = place.kind === 'lines' ? readLine(place, id, reading) : undefined
    if (read?.id === id) found.set(row, read)
  }
  for (const [shard, placed] of shards) {
    const byId = new Map(placed.map(({ id, row }) => [id, row]))
    for (const read of await readShard(shard.rollouts, conditionOf(placed), reading, signal)) {
      const row = byId.get(read.id)
      if (row !== undefined) found.set(row, read)
    }
  }
  return found
}

function readLine<T>({ path, offset }: { readonly path: string; readonly offset: number }, id: string, { fromLine }: RowReading<T>): T | undefined {
  try {
    const line = readLineAt(path, offset)
    return line === undefined ? undefined : fromLine(line, path, id)
  } catch (error) {
    // What was a rollout when it was listed has been moved or damaged since.
    if (error instanceof SyntaxError || LabError.is(error, 'missing')) return undefined
    throw error
  }
}

const readShard = <T>(file: string, condition: string, { fromShard }: RowReading<T>, signal: AbortSignal | undefined): Promise<readonly T[]> =>
  withMoreMemory(MEMORY_MEGABYTES, (memoryMegabytes) =>
    withFiles({ threads: 1, memoryMegabytes, files: [file] }, (db) => fromShard(db, file, condition, { signal, deadlineSeconds: DEADLINE_SECONDS })))
