import { readFileSync } from 'node:fs'
import path from 'node:path'
import { sqlList, withDuckDb } from './duckDb.ts'
import { listFolder, plainKind } from './plainFiles.ts'
import { parseBatchFileName, RUN_FILES } from './runLayout.ts'
import { listSealed } from './shardReader.ts'

const LIMITS = { memoryMegabytes: 256, deadlineSeconds: 30 }
const LINE_FEED = 10

/** How many training rollouts a run has stored, for progress: those of earlier attempts count, and one that is moved this moment may count twice. */
export async function countTrainingRollouts(runDirectory: string): Promise<number> {
  const folder = path.join(runDirectory, RUN_FILES.rollouts)
  if (plainKind(folder) === 'absent') return 0
  const lines = listFolder(folder).filter(isTrainingLines).reduce((sum, name) => sum + linesOf(path.join(folder, name)), 0)
  return lines + (await rowsOf(listSealed(folder).shards.map(({ index }) => index)))
}

function isTrainingLines(name: string): boolean {
  const parsed = parseBatchFileName(name)
  return parsed?.batch.kind === 'train' && (parsed.stage === 'sealed' || parsed.stage === 'open')
}

function linesOf(file: string): number {
  if (plainKind(file) !== 'file') return 0
  const bytes = readFileSync(file)
  let lines = 0
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) lines++
  return lines
}

async function rowsOf(indexes: readonly string[]): Promise<number> {
  if (indexes.length === 0) return 0
  const counting = `SELECT count(*)::INTEGER AS rows FROM read_parquet(${sqlList(indexes)}, union_by_name = true) WHERE kind = 'train'`
  const [row] = await withDuckDb({ files: indexes, ...LIMITS }, (db) => db.run(counting))
  return Number(row?.['rows'] ?? 0)
}
