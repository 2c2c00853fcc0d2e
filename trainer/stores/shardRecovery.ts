import path from 'node:path'
import { syncFolder } from './fileOps.ts'
import type { FileOps } from './fileOps.ts'
import { listFolder, plainKind, removePlain } from './plainFiles.ts'
import type { ReportRecovery } from './recovery.ts'
import { fromParquet } from './rolloutColumns.ts'
import { readRollouts } from './rolloutLines.ts'
import { batchKey, parseShardFileName, shardFileName } from './runLayout.ts'
import type { RolloutBatch } from './runLayout.ts'
import { listSealed, withShards } from './shardReader.ts'

/**
 * Puts right what a process killed while compacting left: unfinished Parquet files and an index or text file without its
 * shard are removed, and so are step files whose rollouts are all in a shard. Returns the keys of the batches that shards hold.
 */
export async function recoverShards(folder: string, ops: FileOps, report: ReportRecovery): Promise<Set<string>> {
  removeUnfinished(folder, ops)
  const compacted = await compactedBatches(folder)
  for (const { batch, file } of listSealed(folder).batches) {
    if (!compacted.has(batchKey(batch))) continue
    const ids = await compactedIds(folder, batch)
    const { rollouts, problems } = readRollouts(file)
    if (problems.length > 0 || !rollouts.every((rollout) => ids.has(rollout.id))) continue
    removePlain(ops, file)
    report({ what: 'compaction finished', detail: `${file}: removed, all its ${rollouts.length} rollouts are in a shard` })
  }
  syncFolder(ops, folder)
  return compacted
}

function removeUnfinished(folder: string, ops: FileOps): void {
  for (const name of listFolder(folder)) {
    const parsed = parseShardFileName(name)
    if (parsed === undefined) continue
    const orphan = parsed.part !== 'shard' && plainKind(path.join(folder, shardFileName('shard', parsed.number))) === 'absent'
    if (parsed.unfinished || orphan) removePlain(ops, path.join(folder, name))
  }
}

async function compactedIds(folder: string, batch: RolloutBatch): Promise<Set<string>> {
  const ids = await withShards(folder, async (db, shards) => {
    const from = fromParquet(shards.map((shard) => shard.index))
    const rows = await db.run(`SELECT id FROM ${from} WHERE kind = $kind AND step = $step`, { kind: batch.kind, step: batch.step })
    return new Set(rows.map((row) => String(row.id)))
  })
  return ids ?? new Set()
}

async function compactedBatches(folder: string): Promise<Set<string>> {
  const keys = await withShards(folder, async (db, shards) => {
    const rows = await db.run(`SELECT DISTINCT kind, CAST(step AS DOUBLE) AS step FROM ${fromParquet(shards.map((shard) => shard.index))}`)
    return new Set(rows.map((row) => batchKey({ kind: row.kind as RolloutBatch['kind'], step: row.step as number })))
  })
  return keys ?? new Set()
}
