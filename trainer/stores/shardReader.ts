import path from 'node:path'
import { LabError } from '../errors.ts'
import { Rollout } from '../protocol/rollout.ts'
import { checkedAs } from './checkedAs.ts'
import { sqlText, withDuckDb, withMoreMemory } from './duckDb.ts'
import type { DuckDb } from './duckDb.ts'
import { listFolder, plainKind } from './plainFiles.ts'
import { fromParquet, recordFromRow, ROW_AS_JSON } from './rolloutColumns.ts'
import { parseBatchFileName, parseShardFileName, shardFileName } from './runLayout.ts'
import type { RolloutBatch } from './runLayout.ts'

const MEMORY_MEGABYTES = 512
/** The later tries are for shards of earlier versions, whose row groups have 2,048 rollouts however long they are. */
const STEP_MEGABYTES = [MEMORY_MEGABYTES, 2048, 4096] as const
const DEADLINE_SECONDS = 120

export interface Shard {
  readonly number: number
  readonly rollouts: string
  readonly index: string
  /** Absent in runs of earlier versions. */
  readonly text?: string
}

export interface SealedBatch {
  readonly batch: RolloutBatch
  readonly file: string
}

/** What a rollouts folder holds that is whole. A step with a file of its own is read from there, not from a shard. */
export interface SealedRollouts {
  readonly batches: readonly SealedBatch[]
  readonly shards: readonly Shard[]
}

/** Sealed files and shards of a rollouts folder; links among them are refused. */
export function listSealed(folder: string): SealedRollouts {
  const names = listFolder(folder)
  const batches = names.flatMap((name) => {
    const parsed = parseBatchFileName(name)
    return parsed?.stage === 'sealed' ? [{ batch: parsed.batch, file: requirePlain(folder, name) }] : []
  })
  const shards = names.flatMap((name) => {
    const parsed = parseShardFileName(name)
    if (parsed?.part !== 'shard' || parsed.unfinished) return []
    const { number } = parsed
    const text = shardFileName('text', number)
    return [{
      number, rollouts: requirePlain(folder, name), index: requirePlain(folder, shardFileName('index', number)),
      ...(names.includes(text) ? { text: requirePlain(folder, text) } : {})
    }]
  })
  return { batches, shards }
}

function requirePlain(folder: string, name: string): string {
  const place = path.join(folder, name)
  if (plainKind(place) === 'file') return place
  throw new LabError('store', 'missing', `${place} is missing or no file`, { place, remedy: 'Restore the rollouts folder from a copy of the run.' })
}

/** Gives `work` a database over the shards of a folder; undefined where there are none. */
export async function withShards<T>(folder: string, work: (db: DuckDb, shards: readonly Shard[]) => Promise<T>): Promise<T | undefined> {
  const { shards } = listSealed(folder)
  if (shards.length === 0) return undefined
  const files = shards.flatMap((shard) => [shard.rollouts, shard.index])
  return withDuckDb({ files, memoryMegabytes: MEMORY_MEGABYTES, deadlineSeconds: DEADLINE_SECONDS }, (db) => work(db, shards))
}

/** The rollouts of a compacted step; undefined where no shard has the step. */
export async function readCompactedStep(folder: string, batch: RolloutBatch): Promise<Rollout[] | undefined> {
  // A step is moved whole, so that one shard has it.
  for (const { rollouts: shard } of listSealed(folder).shards) {
    const rollouts = await stepOfShard(shard, batch)
    if (rollouts.length > 0) return rollouts
  }
  return undefined
}

/** Read a row group at a time: as JSON text, which is how numbers keep every bit, rows take a multiple of what they have in the shard. */
async function stepOfShard(shard: string, { kind, step }: RolloutBatch): Promise<Rollout[]> {
  const select = `SELECT ${ROW_AS_JSON} AS json FROM ${fromParquet([shard])} r WHERE kind = ${sqlText(kind)} AND step = ${step}`
  return withMoreMemory(STEP_MEGABYTES, (memoryMegabytes) => withDuckDb({ files: [shard], memoryMegabytes, deadlineSeconds: DEADLINE_SECONDS }, async (db) => {
    const rollouts: Rollout[] = []
    for await (const rows of db.stream(select)) for (const row of rows) rollouts.push(checkedRollout(recordFromRow(row['json'] as string), shard))
    return rollouts
  }))
}

/** What was read at a place as a rollout. @throws LabError `damaged-rollouts` where it is none */
export const checkedRollout = (value: unknown, place: string): Rollout => checkedAs(Rollout, value, 'a rollout', place)
