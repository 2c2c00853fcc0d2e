import { createHash } from 'node:crypto'
import { LabError } from '../errors.ts'
import { sqlText, withDuckDb, withMoreMemory } from './duckDb.ts'
import type { DuckDb } from './duckDb.ts'
import type { FileOps } from './fileOps.ts'
import { removePlain } from './plainFiles.ts'
import { fromJsonLines, fromParquet, indexQuery, partNamesQuery, TEXT_SELECTION } from './rolloutColumns.ts'
import type { ShardPart } from './runLayout.ts'
import { rowsOfGroup, shardFormat } from './shardFormat.ts'

/** The second try is for rollouts whose texts, executions or turns are wide in ways that the bytes of a line do not tell. */
const MEMORY_MEGABYTES = [512, 2048] as const
const DEADLINE_SECONDS = 900

/** A step file, with what was read of it without DuckDB. */
export interface DraftSource {
  readonly file: string
  readonly ids: readonly string[]
  /** `weightOf` each rollout. */
  readonly weights: readonly number[]
}

export type Drafts = Readonly<Record<ShardPart, string>>

/** Writes step files as the three files of a shard and verifies them. Where that fails, nothing of them is left. */
export async function makeDrafts(sources: readonly DraftSource[], drafts: Drafts, ops: FileOps): Promise<void> {
  const files = sources.map((source) => source.file)
  const rows = rowsOfGroup(sources.flatMap((source) => source.weights))
  const make = async (db: DuckDb): Promise<void> => {
    await db.run(`COPY (SELECT * FROM ${fromJsonLines(files)}) TO ${sqlText(drafts.shard)} ${shardFormat('shard', rows)}`)
    await writeBeside(db, drafts, rows)
    await verify(db, sources, drafts)
  }
  const remove = (): void => { for (const place of Object.values(drafts)) removePlain(ops, place) }
  try {
    await withMoreMemory(MEMORY_MEGABYTES, async (memoryMegabytes) => {
      remove()
      await withDuckDb({ files: [...files, ...Object.values(drafts)], memoryMegabytes, deadlineSeconds: DEADLINE_SECONDS }, make)
    })
  } catch (error) {
    removeQuietly(remove)
    throw notMade(error, files)
  }
}

/** What cannot be removed now is when the run is opened again; why the drafts failed matters more. */
function removeQuietly(remove: () => void): void {
  try {
    remove()
  } catch {
    return
  }
}

/** Writes what is read far more often than whole rollouts, selected from the shard, in its order. */
export async function writeBeside(db: DuckDb, { shard, index, text }: Drafts, rows?: number): Promise<void> {
  const whole = fromParquet([shard])
  const partNames = (await db.run(partNamesQuery(whole))).map((row) => String(row.name))
  await db.run(`COPY (${indexQuery(shard, partNames)}) TO ${sqlText(index)} ${shardFormat('index')}`)
  await db.run(`COPY (SELECT ${TEXT_SELECTION} FROM ${whole}) TO ${sqlText(text)} ${shardFormat('text', rows)}`)
}

/** Ids against what was read without DuckDB; whole rows, as DuckDB reads them, against the step files. */
async function verify(db: DuckDb, sources: readonly DraftSource[], drafts: Drafts): Promise<void> {
  const ids = sources.flatMap((source) => source.ids)
  const expected = { rows: String(ids.length), different: String(new Set(ids).size), ids: createHash('sha256').update([...ids].sort().join('\n')).digest('hex') }
  for (const place of Object.values(drafts)) {
    const [found] = await db.run(`SELECT count(*) AS rows, count(DISTINCT id) AS different,
      sha256(coalesce(string_agg(id, chr(10) ORDER BY id), '')) AS ids FROM ${fromParquet([place])}`)
    if (JSON.stringify(found) !== JSON.stringify(expected)) throw notVerified(place, `ids ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`)
  }
  const [written] = await db.run(contentSum(fromParquet([drafts.shard])))
  const [recorded] = await db.run(contentSum(fromJsonLines(sources.map((source) => source.file))))
  if (written?.content !== recorded?.content) throw notVerified(drafts.shard, 'rows differ from the step files')
}

function contentSum(from: string): string {
  return `SELECT CAST(sum(CAST(hash(r) AS HUGEINT)) AS VARCHAR) AS content FROM ${from} r`
}

function notVerified(place: string, what: string): LabError {
  return new LabError('store', 'not-verified', `${place} reads back differently from what was recorded: ${what}`, {
    place,
    remedy: 'Nothing was removed: the step files are whole. Check the disk, then resume the run.'
  })
}

/** What the limits of a query mean to somebody who asked for no query. */
export function notMade(error: unknown, files: readonly string[]): unknown {
  const memory = LabError.is(error, 'query-memory')
  if (!memory && !LabError.is(error, 'query-deadline')) return error
  const bound = memory ? `${MEMORY_MEGABYTES.at(-1)} MB` : `${DEADLINE_SECONDS} s`
  return new LabError('store', memory ? 'compaction-memory' : 'compaction-deadline', `${files.length} step file(s) could not be made a Parquet shard within ${bound}: ${error.message}`, {
    place: files[0] ?? '', cause: error,
    remedy: memory
      ? 'Nothing was removed: the step files are whole, and everything reads them. Rollouts of so many tokens, or with so long texts, stay JSON Lines.'
      : 'Nothing was removed: the step files are whole, and everything reads them. Try again when the machine has less to do.'
  })
}
