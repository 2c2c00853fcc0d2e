import type { LabelQueueKind } from '../../protocol/labelViews.ts'
import type { QueryDatabase } from '../database.ts'
import { partColumn } from '../runTable.ts'
import type { RunRollouts } from '../runRollouts.ts'
import type { IndexedLabels } from './labelIndex.ts'

export interface QueueRequest {
  readonly kind: LabelQueueKind
  readonly labeler: string
  readonly seed: number
  readonly limit: number
}

export interface QueueItem {
  readonly rollout: string
  readonly other?: string
  readonly qualityControl: boolean
}

/** Verifiable rollouts that all labelers get to see, as PRM800K's 30 screening questions. */
const SHARED_ITEMS = 30
/** Reward parts that judge a trace; from 0.5 on they call it right. */
const JUDGES = /^(judge|critic|prm)/

/**
 * What people label: rollouts that count, of training; of a run that never trained, its evaluations. Those that were cancelled or
 * failed have nothing to say.
 */
export function population(run: RunRollouts): string {
  return `NOT superseded AND stopReason NOT IN ('cancelled', 'error') AND kind = (SELECT CASE WHEN bool_or(kind = 'train') THEN 'train' ELSE 'evaluation' END FROM ${run.table})`
}

/**
 * The population with what is said of each: `labelled`, `disagreeing`, `known`, `times` that $labeler completed it; how far the
 * group's share of right ones is from a half (`mixed`) and the farthest judge from the verifier (`apart`), null where unknown.
 */
function candidates(run: RunRollouts, { tables }: IndexedLabels): string {
  const judges = ['judge', ...run.parts.flatMap((name, i) => (JUDGES.test(name) ? [partColumn(i)] : []))]
  const flags = ['labelled', 'disagreeing', 'known'].map((flag) => `coalesce(${flag}, false) AS ${flag}`)
  return `(SELECT rollouts.*, ${flags.join(', ')}, coalesce(times, 0) AS times, greatest(${judges.map((judge) => `abs(${judge} - CAST(correct AS INTEGER))`).join(', ')}, NULL) AS apart
    FROM ${run.table} rollouts LEFT JOIN ${tables.states} said USING (id) LEFT JOIN (SELECT id, times FROM ${tables.completions} WHERE labeler = $labeler) done USING (id) WHERE ${population(run)})`
}

const MIXED = `abs(avg(CAST(correct AS INTEGER)) OVER (PARTITION BY kind, step, attempt, "group") - 0.5)`
/** Newest first: what the policy does now. */
const NEWEST = 'step DESC, row'
/** Order by chance, the same for the same seed on every machine. */
const shuffled = (seed: string | number): string => `md5(id || '#${seed}')`

/** Of each kind, what is among it and in which order. */
function queueOf(kind: LabelQueueKind, run: RunRollouts, seed: number): { readonly where: string; readonly order: string } {
  switch (kind) {
    case 'unlabelled': return { where: 'NOT labelled', order: NEWEST }
    case 'failing': return { where: 'NOT correct', order: NEWEST }
    case 'mixedGroups': return { where: 'mixed < 0.5', order: `mixed, ${NEWEST}` }
    case 'highestEntropy': return { where: 'meanEntropy IS NOT NULL', order: `meanEntropy DESC, ${NEWEST}` }
    case 'disagreement': return { where: 'disagreeing', order: NEWEST }
    case 'judgeAgainstVerifier': return { where: 'apart > 0.5', order: `apart DESC, ${NEWEST}` }
    case 'random': return { where: 'true', order: shuffled(seed) }
    case 'qualityControl': return { where: `(known OR times = 1 OR id IN (SELECT id FROM ${run.table} WHERE ${population(run)} AND correct IS NOT NULL ORDER BY ${shuffled('shared')} LIMIT ${SHARED_ITEMS}))`, order: shuffled(seed) }
  }
}

/** SELECT of the rollouts of a queue (`id`, `known`, `times`) with their `place` in it, from 1. */
export function queueSql(run: RunRollouts, indexed: IndexedLabels, { kind, seed }: Pick<QueueRequest, 'kind' | 'seed'>): string {
  const { where, order } = queueOf(kind, run, seed)
  const from = kind === 'mixedGroups' ? `(SELECT *, ${MIXED} AS mixed FROM ${candidates(run, indexed)})` : candidates(run, indexed)
  return `SELECT id, known, times, row_number() OVER (ORDER BY ${order}) AS place FROM ${from} WHERE ${where}`
}

/**
 * Rollouts in the order to label. Those that the labeler completed are left out; of quality control, those completed once are
 * shown again, so that consistency can be told.
 */
export async function labelQueue(db: QueryDatabase, run: RunRollouts, indexed: IndexedLabels, request: QueueRequest, signal: AbortSignal): Promise<QueueItem[]> {
  const control = request.kind === 'qualityControl'
  const sql = `SELECT id, ${control ? 'true' : 'known'} AS quality FROM (${queueSql(run, indexed, request)}) WHERE times <= ${control ? 1 : 0} ORDER BY place LIMIT ${request.limit}`
  const rows = await db.rows(sql, { parameters: { labeler: request.labeler }, signal })
  return rows.map(({ id, quality }) => ({ rollout: String(id), qualityControl: quality === true }))
}

/** Rollouts that there are to label at all. */
export async function populationSize(db: QueryDatabase, run: RunRollouts, signal: AbortSignal): Promise<number> {
  const [counted] = await db.rows(`SELECT CAST(count(*) AS INTEGER) AS total FROM ${run.table} WHERE ${population(run)}`, { signal })
  return Number(counted?.total ?? 0)
}
