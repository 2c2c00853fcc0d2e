import { createHash } from 'node:crypto'
import path from 'node:path'
import { setImmediate as yieldToOthers } from 'node:timers/promises'
import { LabError } from '../errors.ts'
import { onDisk } from './diskGuard.ts'
import { sqlText, withDuckDb } from './duckDb.ts'
import type { DuckDb } from './duckDb.ts'
import { syncFolder } from './fileOps.ts'
import type { FileOps } from './fileOps.ts'
import { readJsonLines } from './jsonLinesReader.ts'
import { listFolder, openToTruncate, removePlain } from './plainFiles.ts'
import type { ReportRecovery } from './recovery.ts'
import { fromJsonLines, fromParquet, indexQuery, partNamesQuery, TEXT_SELECTION } from './rolloutColumns.ts'
import { parseShardFileName, shardFileName } from './runLayout.ts'
import type { RolloutBatch, ShardPart } from './runLayout.ts'
import { shardFormat } from './shardFormat.ts'
import { listSealed } from './shardReader.ts'
import type { SealedBatch } from './shardReader.ts'

export const ROLLOUTS_PER_SHARD = 50_000
const MEMORY_MEGABYTES = 512
const DEADLINE_SECONDS = 600

export interface CompactionOptions {
  readonly ops: FileOps
  readonly report: ReportRecovery
  /** Steps up to this one, which no resume will do again: that of the last checkpoint. */
  readonly throughStep: number
  /** Compact what there is, however little (at the end of a run). */
  readonly all: boolean
  readonly rolloutsPerShard?: number
  /** Batches that are being done again. */
  readonly skip?: (batch: RolloutBatch) => boolean
}

interface Source {
  readonly batch: RolloutBatch
  readonly file: string
  readonly ids: readonly string[]
}

/**
 * Moves sealed steps into Parquet shards. Order of steps, each of which may be the last before a kill: write the Parquet
 * files under a `compacting-` name; verify; sync; rename index and text; rename the shard (from here on it counts); remove the
 * step files. Until its file is removed a step is read from there, so that nothing is ever seen twice or not at all.
 * Returns the batches that were moved.
 */
export async function compact(folder: string, options: CompactionOptions): Promise<RolloutBatch[]> {
  const perShard = options.rolloutsPerShard ?? ROLLOUTS_PER_SHARD
  let pending: Source[] = []
  const moved: RolloutBatch[] = []
  const flush = async (): Promise<void> => {
    await writeShard(folder, pending, options.ops)
    moved.push(...pending.map((source) => source.batch))
    pending = []
  }
  for (const { batch, file } of candidates(folder, options)) {
    const ids = readIds(file, options.report)
    if (ids.length > 0) pending.push({ batch, file, ids })
    if (countIds(pending) >= perShard) await flush()
    await yieldToOthers()
  }
  if (options.all && pending.length > 0) await flush()
  return moved
}

function candidates(folder: string, options: CompactionOptions): SealedBatch[] {
  const due = listSealed(folder).batches.filter(({ batch }) => batch.step <= options.throughStep && options.skip?.(batch) !== true)
  return due.sort((a, b) => a.batch.step - b.batch.step)
}

/** The ids of a step file, read without DuckDB, to check its work against; none where the file is damaged. */
function readIds(file: string, report: ReportRecovery): string[] {
  const ids: string[] = []
  for (const line of readJsonLines(file)) {
    const id = (line.value as { id?: unknown } | undefined)?.id
    if (typeof id !== 'string') {
      report({ what: 'damaged line', detail: `${file}:${line.line}: ${line.problem ?? 'no id'}; the step is not compacted` })
      return []
    }
    ids.push(id)
  }
  return ids
}

function countIds(sources: readonly Source[]): number {
  return sources.reduce((sum, source) => sum + source.ids.length, 0)
}

async function writeShard(folder: string, sources: readonly Source[], ops: FileOps): Promise<void> {
  const number = nextNumber(folder)
  const draftOf = (part: ShardPart): string => path.join(folder, shardFileName(part, number, true))
  const draft: Drafts = { index: draftOf('index'), text: draftOf('text'), shard: draftOf('shard') }
  for (const place of Object.values(draft)) removePlain(ops, place)
  const files = sources.map((source) => source.file)
  await withDuckDb({ files: [...files, ...Object.values(draft)], memoryMegabytes: MEMORY_MEGABYTES, deadlineSeconds: DEADLINE_SECONDS }, async (db) => {
    await writeDrafts(db, files, draft)
    await verifyDrafts(db, sources, draft)
  })
  for (const place of Object.values(draft)) syncFile(place, ops)
  for (const part of ['index', 'text', 'shard'] as const) {
    const place = path.join(folder, shardFileName(part, number))
    onDisk(place, () => ops.rename(draft[part], place))
    onDisk(folder, () => syncFolder(ops, folder))
  }
  for (const file of files) removePlain(ops, file)
  onDisk(folder, () => syncFolder(ops, folder))
}

function nextNumber(folder: string): number {
  const numbers = listFolder(folder).flatMap((name) => parseShardFileName(name)?.number ?? [])
  return numbers.reduce((next, number) => Math.max(next, number + 1), 0)
}

type Drafts = Readonly<Record<ShardPart, string>>

async function writeDrafts(db: DuckDb, files: readonly string[], draft: Drafts): Promise<void> {
  await db.run(`COPY (SELECT * FROM ${fromJsonLines(files)}) TO ${sqlText(draft.shard)} ${shardFormat('shard')}`)
  await writeBeside(db, draft)
}

/** Writes what is read far more often than whole rollouts, selected from the shard, in its order. */
export async function writeBeside(db: DuckDb, { shard, index, text }: Readonly<Record<ShardPart, string>>): Promise<void> {
  const whole = fromParquet([shard])
  const partNames = (await db.run(partNamesQuery(whole))).map((row) => String(row.name))
  await db.run(`COPY (${indexQuery(shard, partNames)}) TO ${sqlText(index)} ${shardFormat('index')}`)
  await db.run(`COPY (SELECT ${TEXT_SELECTION} FROM ${whole}) TO ${sqlText(text)} ${shardFormat('text')}`)
}

/** Ids against what was read without DuckDB; whole rows, as DuckDB reads them, against the step files. */
async function verifyDrafts(db: DuckDb, sources: readonly Source[], draft: Drafts): Promise<void> {
  const ids = sources.flatMap((source) => source.ids)
  const expected = { rows: String(ids.length), different: String(new Set(ids).size), ids: createHash('sha256').update([...ids].sort().join('\n')).digest('hex') }
  for (const place of Object.values(draft)) {
    const [found] = await db.run(`SELECT count(*) AS rows, count(DISTINCT id) AS different,
      sha256(coalesce(string_agg(id, chr(10) ORDER BY id), '')) AS ids FROM ${fromParquet([place])}`)
    if (JSON.stringify(found) !== JSON.stringify(expected)) throw notVerified(place, `ids ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`)
  }
  const [written] = await db.run(contentSum(fromParquet([draft.shard])))
  const [recorded] = await db.run(contentSum(fromJsonLines(sources.map((source) => source.file))))
  if (written?.content !== recorded?.content) throw notVerified(draft.shard, 'rows differ from the step files')
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

function syncFile(place: string, ops: FileOps): void {
  const file = openToTruncate(ops, place)
  try {
    onDisk(place, () => ops.sync(file))
  } finally {
    ops.close(file)
  }
}
