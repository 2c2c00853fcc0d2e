import path from 'node:path'
import { setImmediate as yieldToOthers } from 'node:timers/promises'
import { onDisk } from './diskGuard.ts'
import { syncFolder } from './fileOps.ts'
import type { FileOps } from './fileOps.ts'
import { readJsonLines } from './jsonLinesReader.ts'
import { listFolder, openToTruncate, removePlain } from './plainFiles.ts'
import type { ReportRecovery } from './recovery.ts'
import { parseShardFileName, shardFileName } from './runLayout.ts'
import type { RolloutBatch, ShardPart } from './runLayout.ts'
import { makeDrafts } from './shardDrafts.ts'
import type { Drafts, DraftSource } from './shardDrafts.ts'
import { weightOf } from './shardFormat.ts'
import { listSealed } from './shardReader.ts'
import type { SealedBatch } from './shardReader.ts'

export const ROLLOUTS_PER_SHARD = 50_000
/** Fewer rollouts where they are long, so that a shard is made within its deadline on a slow machine too. */
const WEIGHT_OF_SHARD = 2 * 1024 * 1024 * 1024

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

interface Source extends DraftSource {
  readonly batch: RolloutBatch
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
  let gathered = { rollouts: 0, weight: 0 }
  const moved: RolloutBatch[] = []
  const flush = async (): Promise<void> => {
    await writeShard(folder, pending, options.ops)
    moved.push(...pending.map((source) => source.batch))
    pending = []
    gathered = { rollouts: 0, weight: 0 }
  }
  for (const { batch, file } of candidates(folder, options)) {
    const { ids, weights } = readIds(file, options.report)
    if (ids.length > 0) pending.push({ batch, file, ids, weights })
    gathered = { rollouts: gathered.rollouts + ids.length, weight: gathered.weight + sumOf(weights) }
    if (gathered.rollouts >= perShard || gathered.weight >= WEIGHT_OF_SHARD) await flush()
    await yieldToOthers()
  }
  if (options.all && pending.length > 0) await flush()
  return moved
}

function candidates(folder: string, options: CompactionOptions): SealedBatch[] {
  const due = listSealed(folder).batches.filter(({ batch }) => batch.step <= options.throughStep && options.skip?.(batch) !== true)
  return due.sort((a, b) => a.batch.step - b.batch.step)
}

/** The ids of a step file, read without DuckDB, to check its work against, and their weights; none where the file is damaged. */
function readIds(file: string, report: ReportRecovery): Pick<Source, 'ids' | 'weights'> {
  const ids: string[] = []
  const weights: number[] = []
  for (const line of readJsonLines(file)) {
    const id = (line.value as { id?: unknown } | undefined)?.id
    if (typeof id !== 'string') {
      report({ what: 'damaged line', detail: `${file}:${line.line}: ${line.problem ?? 'no id'}; the step is not compacted` })
      return { ids: [], weights: [] }
    }
    ids.push(id)
    weights.push(weightOf(line.bytes, line.value))
  }
  return { ids, weights }
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0)

async function writeShard(folder: string, sources: readonly Source[], ops: FileOps): Promise<void> {
  const number = nextNumber(folder)
  const draftOf = (part: ShardPart): string => path.join(folder, shardFileName(part, number, true))
  const draft: Drafts = { index: draftOf('index'), text: draftOf('text'), shard: draftOf('shard') }
  await makeDrafts(sources, draft, ops)
  for (const place of Object.values(draft)) syncFile(place, ops)
  for (const part of ['index', 'text', 'shard'] as const) {
    const place = path.join(folder, shardFileName(part, number))
    onDisk(place, () => ops.rename(draft[part], place))
    onDisk(folder, () => syncFolder(ops, folder))
  }
  for (const { file } of sources) removePlain(ops, file)
  onDisk(folder, () => syncFolder(ops, folder))
}

function nextNumber(folder: string): number {
  const numbers = listFolder(folder).flatMap((name) => parseShardFileName(name)?.number ?? [])
  return numbers.reduce((next, number) => Math.max(next, number + 1), 0)
}

function syncFile(place: string, ops: FileOps): void {
  const file = openToTruncate(ops, place)
  try {
    onDisk(place, () => ops.sync(file))
  } finally {
    ops.close(file)
  }
}
