import { LabError } from '../errors.ts'
import { sqlList } from '../stores/duckDb.ts'
import { fromParquet, MAX_INDEXED_PARTS, PART_PREFIX } from '../stores/rolloutColumns.ts'
import type { Shard } from '../stores/shardReader.ts'
import type { QueryDatabase } from './database.ts'
import type { NoticeBoard } from './noticeBoard.ts'
import { ESSENTIAL } from './runTable.ts'

/** A shard whose index was copied to where the database may read it. */
export interface CopiedIndex {
  readonly shard: Shard
  readonly path: string
}

/** What is known of the index of a shard before its rows are read. */
export interface IndexSummary extends CopiedIndex {
  readonly columns: ReadonlySet<string>
  readonly parts: readonly string[]
  readonly rows: number
  /** Stages and environments. */
  readonly names: readonly string[]
}

/** Shards hold about 50,000 rollouts; a file that claims so many more was not written by a run. */
const MAX_ROWS = 5_000_000

/** Those of the indexes that can be read; the others are named in the notices. */
export async function summariseIndexes(db: QueryDatabase, copies: readonly CopiedIndex[], notices: NoticeBoard): Promise<IndexSummary[]> {
  try {
    return await summarise(db, copies)
  } catch (error) {
    if (!LabError.is(error)) throw error
    if (copies.length === 1) {
      noteDamaged(copies[0]!, error, notices)
      return []
    }
    const alone = []
    for (const copy of copies) alone.push(...(await summariseIndexes(db, [copy], notices)))
    return alone
  }
}

/** People know the index by its own name, not by that of its copy. */
export function noteDamaged({ shard, path }: CopiedIndex, error: LabError, notices: NoticeBoard): void {
  notices.set(shard.index, error.message.replaceAll(path, shard.index))
}

async function summarise(db: QueryDatabase, copies: readonly CopiedIndex[]): Promise<IndexSummary[]> {
  const files = sqlList(copies.map(({ path }) => path))
  const sizes = await db.rows(`SELECT file_name, CAST(num_rows AS DOUBLE) AS size FROM parquet_file_metadata(${files})`)
  const rowsOf = new Map(sizes.map((row) => [String(row.file_name), Number(row.size)]))
  const schemas = await db.rows(`SELECT file_name, list(name) AS names FROM parquet_schema(${files}) GROUP BY file_name`)
  const columnsOf = new Map(schemas.map((row) => [String(row.file_name), new Set(row.names as string[])]))
  const summaries = copies.map((copy) => checked(copy, rowsOf.get(copy.path) ?? NaN, columnsOf.get(copy.path) ?? new Set()))
  const names = await namesIn(db, summaries)
  return summaries.map((summary) => ({ ...summary, names }))
}

function checked({ shard, path }: CopiedIndex, rows: number, columns: ReadonlySet<string>): Omit<IndexSummary, 'names'> {
  if (!(rows >= 0 && rows <= MAX_ROWS)) throw notAnIndex(shard, `claims ${rows} rows`)
  const missing = ESSENTIAL.filter((name) => !columns.has(name))
  if (missing.length > 0) throw notAnIndex(shard, `lacks the column(s) ${missing.join(', ')}`)
  const parts = [...columns].filter((name) => name.startsWith(PART_PREFIX)).map((name) => name.slice(PART_PREFIX.length)).sort().slice(0, MAX_INDEXED_PARTS)
  return { shard, path, columns, parts, rows }
}

async function namesIn(db: QueryDatabase, summaries: readonly Omit<IndexSummary, 'names'>[]): Promise<string[]> {
  const found = new Set<string>()
  for (const name of ['stage', 'environment']) {
    const files = summaries.filter(({ columns }) => columns.has(name)).map(({ path }) => path)
    if (files.length === 0) continue
    const rows = await db.rows(`SELECT DISTINCT CAST(${name} AS VARCHAR) AS name FROM ${fromParquet(files)} WHERE ${name} IS NOT NULL`)
    for (const row of rows) found.add(String(row.name))
  }
  return [...found].sort()
}

/** `kind step` of every step in an index. */
export async function batchesIn(db: QueryDatabase, { path }: CopiedIndex): Promise<string[]> {
  const found = await db.rows(`SELECT DISTINCT kind, step FROM ${fromParquet([path])} WHERE kind IS NOT NULL AND step IS NOT NULL`)
  return found.map(({ kind, step }) => `${String(kind)} ${String(step)}`)
}

const notAnIndex = (shard: Shard, what: string): LabError =>
  new LabError('store', 'damaged-index', `${shard.index} ${what}; its rollouts are left out`, {
    place: shard.index, remedy: 'Restore the rollouts folder from a copy of the run.'
  })
