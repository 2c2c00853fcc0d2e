import path from 'node:path'
import type { z } from 'zod'
import { checkedAs } from './checkedAs.ts'
import { sqlList, withDuckDb, withMoreMemory } from './duckDb.ts'
import type { DuckDb } from './duckDb.ts'
import { readJsonLines } from './jsonLinesReader.ts'
import { listFolder, plainKind } from './plainFiles.ts'
import { fromParquet, recordFromRow } from './rolloutColumns.ts'
import { parseBatchFileName, RUN_FILES } from './runLayout.ts'
import { listSealed } from './shardReader.ts'

/** Those fields of rollouts that are asked for. */
export interface Narrowing<T> {
  readonly schema: z.ZodType<T>
  /** The same as a SQL expression over the columns of a shard. */
  readonly selection: string
  /** The same of the whole record that a line holds; default: the record, whose other fields the schema drops. */
  readonly fromRecord?: (record: object) => unknown
}

/** A row group is decoded whole to read one rollout of it; the second try is for long completions. */
const MEMORY_MEGABYTES = [512, 2048] as const
const DEADLINE_SECONDS = 300

/**
 * Calls `take` once for each rollout of a run that has one of the ids (all, where none are given), in no order; where
 * `take` gives a promise, reading waits for it. The run may be in use: what is still being written is left out. @throws LabError `store/not-a-run`, `damaged-rollouts`
 */
export async function readNarrowRollouts<T extends { readonly id: string }>(
  runDirectory: string, narrowing: Narrowing<T>, ids: ReadonlySet<string> | undefined, take: (rollout: T) => void | Promise<void>
): Promise<void> {
  const folder = path.join(runDirectory, RUN_FILES.rollouts)
  if (plainKind(folder) === 'absent' || ids?.size === 0) return
  const seen = new Set<string>()
  const fromRecord = narrowing.fromRecord ?? ((record: object): unknown => record)
  const takeOnce: Take = (value, place) => {
    const rollout = checkedAs(narrowing.schema, value, 'a rollout', place)
    if (seen.has(rollout.id)) return undefined
    seen.add(rollout.id)
    return take(rollout)
  }
  for (const file of lineFiles(folder)) await takeLines(file, ids, (value, place) => takeOnce(fromRecord(value as object), place))
  const missing = ids === undefined ? undefined : new Set([...ids].filter((id) => !seen.has(id)))
  if (missing?.size !== 0) for (const { rollouts } of listSealed(folder).shards) await takeShard(rollouts, narrowing.selection, missing, takeOnce)
}

/** Where it gives a promise, reading waits. */
type Take = (value: unknown, place: string) => void | Promise<void>

/** Sealed steps first: what is there counts before what an open file has of the same step. */
function lineFiles(folder: string): string[] {
  const open = listFolder(folder).filter((name) => parseBatchFileName(name)?.stage === 'open').map((name) => path.join(folder, name))
  return [...listSealed(folder).batches.map(({ file }) => file), ...open]
}

async function takeLines(file: string, ids: ReadonlySet<string> | undefined, take: Take): Promise<void> {
  // A step may be moved into a shard this moment: it is met again there.
  if (plainKind(file) === 'absent') return
  for (const { value, line, ended } of readJsonLines(file)) {
    const id = (value as { readonly id?: unknown } | undefined)?.id
    if (value === undefined || !ended || (ids !== undefined && !(typeof id === 'string' && ids.has(id)))) continue
    const waiting = take(value, `${file}:${line}`)
    if (waiting) await waiting
  }
}

async function takeShard(shard: string, selection: string, ids: ReadonlySet<string> | undefined, take: Take): Promise<void> {
  const where = ids === undefined ? '' : `WHERE id IN (SELECT unnest(${sqlList([...ids])}))`
  const select = `SELECT CAST(to_json(${selection}) AS VARCHAR) AS json FROM ${withNewerColumns(fromParquet([shard]))} ${where}`
  const takeAll = async (db: DuckDb): Promise<void> => {
    for await (const rows of db.stream(select)) {
      for (const row of rows) {
        const waiting = take(recordFromRow(row['json'] as string), shard)
        if (waiting) await waiting
      }
    }
  }
  await withMoreMemory(MEMORY_MEGABYTES, (memoryMegabytes) => withDuckDb({ files: [shard], memoryMegabytes, deadlineSeconds: DEADLINE_SECONDS }, takeAll))
}

/** Shards of earlier versions lack columns that a selection may name. */
const withNewerColumns = (from: string): string => `(SELECT * FROM ${from} UNION ALL BY NAME SELECT CAST(NULL AS JSON) AS executions WHERE false)`
