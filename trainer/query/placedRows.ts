import { sqlText } from '../stores/duckDb.ts'
import { batchKey } from '../stores/runLayout.ts'
import type { Shard } from '../stores/shardReader.ts'
import type { QueryDatabase } from './database.ts'
import type { RunRollouts } from './runRollouts.ts'

/** Where a rollout of the table lies now. */
export interface PlacedRow {
  readonly row: number
  readonly id: string
  readonly run: RunRollouts
  readonly place:
    | { readonly kind: 'shard'; readonly shard: Shard; readonly number: number }
    | { readonly kind: 'lines'; readonly path: string; readonly offset: number }
    /** Moved into this shard since it was read from lines: to be found by its id. */
    | { readonly kind: 'moved'; readonly shard: Shard; readonly step: number }
}

/** Places of the rows of a run that pass a condition, in the order of `row`. */
export async function placedRows(db: QueryDatabase, run: RunRollouts, condition: string, signal?: AbortSignal): Promise<PlacedRow[]> {
  const rows = await db.rows(`SELECT row, id, kind, step, file, CAST(place AS DOUBLE) AS place FROM ${run.table} WHERE ${condition} ORDER BY row`, { signal })
  return rows.flatMap((row): PlacedRow[] => {
    const file = run.files[Number(row.file)]
    if (file === undefined) return []
    const known = { row: Number(row.row), id: String(row.id), run }
    if (file.kind === 'shard') return [{ ...known, place: { kind: 'shard', shard: file.shard, number: Number(row.place) } }]
    const shard = run.shardOfBatch(batchKey({ kind: file.batch.kind, step: Number(row.step) }))
    if (shard !== undefined) return [{ ...known, place: { kind: 'moved', shard, step: Number(row.step) } }]
    return [{ ...known, place: { kind: 'lines', path: file.path, offset: Number(row.place) } }]
  })
}

export const byIds = (ids: readonly string[]): string => (ids.length === 0 ? 'false' : `id IN (${ids.map(sqlText).join(', ')})`)

/** Rows of one shard, as a condition over the file that it is read from. */
export function conditionOf(rows: readonly PlacedRow[]): string {
  const numbers: number[] = []
  const moved: { id: string; step: number }[] = []
  for (const { id, place } of rows) {
    if (place.kind === 'shard') numbers.push(place.number)
    else if (place.kind === 'moved') moved.push({ id, step: place.step })
  }
  const steps = [...new Set(moved.map(({ step }) => step))]
  return [
    ...(numbers.length === 0 ? [] : [rowNumbers(numbers)]),
    ...(moved.length === 0 ? [] : [`(step IN (${steps.join(', ')}) AND ${byIds(moved.map(({ id }) => id))})`])
  ].join(' OR ')
}

/** A run of neighbours as a range, which skips the other row groups. */
function rowNumbers(numbers: readonly number[]): string {
  const least = numbers.reduce((a, b) => Math.min(a, b))
  const most = numbers.reduce((a, b) => Math.max(a, b))
  const within = `file_row_number BETWEEN ${least} AND ${most}`
  return most - least + 1 === numbers.length ? within : `(${within} AND file_row_number IN (${numbers.join(', ')}))`
}

/** By shard, each with its rows; lines by file. */
export function groupPlaces(rows: readonly PlacedRow[]): { readonly shards: ReadonlyMap<Shard, readonly PlacedRow[]>; readonly lines: readonly PlacedRow[] } {
  const shards = new Map<Shard, PlacedRow[]>()
  const lines: PlacedRow[] = []
  for (const row of rows) {
    if (row.place.kind === 'lines') lines.push(row)
    else {
      const known = shards.get(row.place.shard)
      if (known === undefined) shards.set(row.place.shard, [row])
      else known.push(row)
    }
  }
  return { shards, lines }
}
