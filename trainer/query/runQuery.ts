import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../errors.ts'
import type { Rollout } from '../protocol/rollout.ts'
import { withDuckDb } from '../stores/duckDb.ts'
import type { DuckDb, QueryParameters } from '../stores/duckDb.ts'
import { onDisk } from '../stores/diskGuard.ts'
import { requireFolder } from '../stores/plainFiles.ts'
import { fromJsonLines, fromParquet, INDEX_COLUMN_NAMES, INDEX_SELECTION, ROW_AS_JSON } from '../stores/rolloutColumns.ts'
import { RUN_FILES } from '../stores/runLayout.ts'
import type { RolloutBatch } from '../stores/runLayout.ts'
import { listSealed, rolloutFromRow } from '../stores/shardReader.ts'
import type { SealedRollouts } from '../stores/shardReader.ts'

export interface QueryLimits {
  readonly memoryMegabytes: number
  readonly deadlineSeconds: number
}

const DEFAULT_LIMITS: QueryLimits = { memoryMegabytes: 512, deadlineSeconds: 20 }
/** A page holds at most so many rollouts. */
export const MAX_PAGE = 500
/** Files may be compacted away between being listed and being read; then the query is made again. */
const ATTEMPTS = 3

export interface Page {
  readonly offset: number
  readonly limit: number
}

/** Rollouts of a step, superseded ones counted apart. `reward` and `correct` leave out what could not be scored. */
export interface StepCounts {
  readonly kind: RolloutBatch['kind']
  readonly step: number
  readonly rollouts: number
  readonly superseded: number
  /** Right answers among those graded. */
  readonly correct: number
  readonly graded: number
  /** Mean total reward of those scored; null where none was. */
  readonly meanReward: number | null
  readonly completionTokens: number
}

/** One attempt at a problem, without text and tokens. */
export interface HistoryRow {
  readonly id: string
  readonly kind: RolloutBatch['kind']
  readonly stage: string
  readonly step: number
  readonly attempt: number
  readonly superseded: boolean
  readonly sampleIndex: number
  readonly policyVersion: number
  readonly correct: boolean | null
  readonly reward: number | null
  readonly stopReason: string
  readonly completionTokens: number
}

/** Counts of every sealed step, in order. */
export function countsByStep(runDirectory: string, limits = DEFAULT_LIMITS): Promise<StepCounts[]> {
  return ask<StepCounts>(runDirectory, limits, 'index', {}, (rows) => `
    SELECT kind, step, count(*) AS rollouts, count(*) FILTER (superseded) AS superseded,
      count(*) FILTER (correct AND NOT superseded) AS correct, count(correct) FILTER (NOT superseded) AS graded,
      avg(reward) FILTER (NOT superseded) AS meanReward, CAST(sum(completionTokens) AS BIGINT) AS completionTokens
    FROM ${rows} GROUP BY kind, step ORDER BY step, kind`)
}

/** A page of a step's rollouts, whole, in the order of group and sample; later attempts first. */
export async function rolloutsOfStep(runDirectory: string, batch: RolloutBatch, page: Page, limits = DEFAULT_LIMITS): Promise<Rollout[]> {
  const rows = await ask<unknown>(runDirectory, limits, 'whole', { ...batch, ...checked(page) }, (from) => `
    SELECT * FROM ${from} WHERE kind = $kind AND step = $step ORDER BY attempt DESC, "group", sampleIndex, id LIMIT $limit OFFSET $offset`)
  return rows.map((row) => rolloutFromRow(JSON.stringify(row), runDirectory))
}

/** One rollout by its id; undefined where no sealed step has it. */
export async function rolloutById(runDirectory: string, id: string, limits = DEFAULT_LIMITS): Promise<Rollout | undefined> {
  const [row] = await ask<unknown>(runDirectory, limits, 'whole', { id }, (from) => `SELECT * FROM ${from} WHERE id = $id LIMIT 1`)
  return row === undefined ? undefined : rolloutFromRow(JSON.stringify(row), runDirectory)
}

/** A page of all attempts at a problem, oldest first. */
export function problemHistory(runDirectory: string, problemId: string, page: Page, limits = DEFAULT_LIMITS): Promise<HistoryRow[]> {
  return ask<HistoryRow>(runDirectory, limits, 'index', { problemId, ...checked(page) }, (from) => `
    SELECT id, kind, stage, step, attempt, superseded, sampleIndex, policyVersion, correct, reward, stopReason, completionTokens
    FROM ${from} WHERE problemId = $problemId ORDER BY step, kind, attempt, sampleIndex, id LIMIT $limit OFFSET $offset`)
}

function checked(page: Page): Record<'limit' | 'offset', number> {
  const valid = Number.isInteger(page.offset) && page.offset >= 0 && Number.isInteger(page.limit) && page.limit >= 1 && page.limit <= MAX_PAGE
  if (valid) return { limit: page.limit, offset: page.offset }
  throw new LabError('usage', 'wrong-page', `page with offset ${page.offset} and limit ${page.limit}`, { remedy: `Give an offset from 0 and a limit from 1 to ${MAX_PAGE}.` })
}

type Detail = 'index' | 'whole'

/** Runs one SELECT over what is sealed; rows come back as JSON so that every number keeps its bits. */
async function ask<T>(runDirectory: string, limits: QueryLimits, detail: Detail, parameters: QueryParameters, select: (from: string) => string): Promise<T[]> {
  const folder = rolloutsFolder(runDirectory)
  for (let attempt = 1; ; attempt++) {
    const sealed = listSealed(folder)
    const from = source(sealed, detail)
    if (from === undefined) return []
    try {
      return await withDuckDb({ ...limits, files: filesOf(sealed) }, (db) => rowsOf<T>(db, select(from), parameters))
    } catch (error) {
      if (attempt === ATTEMPTS || JSON.stringify(listSealed(folder)) === JSON.stringify(sealed)) throw error
    }
  }
}

function rolloutsFolder(runDirectory: string): string {
  const folder = path.join(onDisk(runDirectory, () => fs.realpathSync(runDirectory)), RUN_FILES.rollouts)
  requireFolder(folder)
  return folder
}

async function rowsOf<T>(db: DuckDb, select: string, parameters: QueryParameters): Promise<T[]> {
  const rows = await db.run(`SELECT ${ROW_AS_JSON} AS json FROM (${select}) r`, parameters)
  return rows.map((row) => JSON.parse(row.json as string) as T)
}

function filesOf(sealed: SealedRollouts): string[] {
  return [...sealed.batches.map(({ file }) => file), ...sealed.shards.flatMap((shard) => [shard.rollouts, shard.index])]
}

/** FROM clause over everything sealed; a step that has a file of its own is left out of the shards. */
function source({ batches, shards }: SealedRollouts, detail: Detail): string | undefined {
  const parts: string[] = []
  if (batches.length > 0) parts.push(`SELECT ${detail === 'whole' ? '*' : INDEX_SELECTION} FROM ${fromJsonLines(batches.map(({ file }) => file), detail)}`)
  if (shards.length > 0) {
    const files = shards.map((shard) => (detail === 'whole' ? shard.rollouts : shard.index))
    const own = batches.map(({ batch }) => `('${batch.kind}', ${batch.step})`)
    parts.push(`SELECT ${detail === 'whole' ? '*' : INDEX_COLUMN_NAMES} FROM ${fromParquet(files)}${own.length > 0 ? ` WHERE (kind, step) NOT IN (${own.join(', ')})` : ''}`)
  }
  return parts.length === 0 ? undefined : `(${parts.join(' UNION ALL BY NAME ')})`
}
