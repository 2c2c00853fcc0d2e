import { hash32 } from '../../random/random.ts'
import type { Label } from '../../protocol/label.ts'
import type { QueryDatabase } from '../database.ts'
import type { RunRollouts } from '../runRollouts.ts'
import type { IndexedLabels } from './labelIndex.ts'
import { population, queueSql } from './labelQueue.ts'
import type { QueueItem, QueueRequest } from './labelQueue.ts'

/**
 * Pairs at one problem with unlike verdicts, each rollout in one pair at most: first those of one group, then what is left of a
 * problem. In the order of the member that comes first in the queue; which of the two is shown first is by chance. Pairs that the
 * labeler compared already are left out, except of quality control, which shows these again the other way round.
 */
export async function labelPairs(db: QueryDatabase, run: RunRollouts, indexed: IndexedLabels, request: QueueRequest, signal: AbortSignal): Promise<QueueItem[]> {
  const compared = comparedBy(await indexed.labels.all(), request.labeler)
  if (request.kind === 'qualityControl') return shownAgain(compared, request)
  const sql = `WITH ${PAIRS(run)}, places AS (${queueSql(run, indexed, request)})
    SELECT a, b, min(place) AS place FROM (SELECT a, b, place FROM pairs JOIN places ON id = a UNION ALL SELECT a, b, place FROM pairs JOIN places ON id = b) GROUP BY a, b ORDER BY min(place), a LIMIT ${request.limit + compared.size}`
  const rows = await db.rows(sql, { parameters: { labeler: request.labeler }, signal })
  const open = rows.map((row) => [String(row.a), String(row.b)] as const).filter(([a, b]) => !compared.has(pairKey(a, b)))
  return open.slice(0, request.limit).map(([a, b]) => (hash32('pair', request.seed, a, b) % 2 === 0 ? { rollout: a, other: b, qualityControl: false } : { rollout: b, other: a, qualityControl: false }))
}

/** The i-th right one of a group with its i-th wrong one; what then is left of a problem in the same way. */
const PAIRS = (run: RunRollouts): string => {
  const numbered = (from: string, partition: string): string =>
    `SELECT *, row_number() OVER (PARTITION BY ${partition}, correct ORDER BY row) AS nth FROM ${from} WHERE correct IS NOT NULL`
  const joined = (table: string, columns: string): string => `SELECT r.id AS a, w.id AS b FROM ${table} r JOIN ${table} w USING (${columns}, nth) WHERE r.correct AND NOT w.correct`
  return `counted AS (SELECT row, id, correct, problemId, kind, step, attempt, "group" FROM ${run.table} WHERE ${population(run)}),
    grouped AS (${numbered('counted', 'kind, step, attempt, "group"')}),
    within AS (${joined('grouped', 'kind, step, attempt, "group"')}),
    rest AS (${numbered('(SELECT * FROM counted WHERE id NOT IN (SELECT a FROM within UNION ALL SELECT b FROM within))', 'problemId')}),
    pairs AS (SELECT * FROM within UNION ALL ${joined('rest', 'problemId')})`
}

const pairKey = (a: string, b: string): string => JSON.stringify([a, b].sort())

/** Pairs that a labeler compared, as they were shown last and how often. */
function comparedBy(labels: readonly Label[], labeler: string): Map<string, { readonly rollout: string; readonly other: string; readonly times: number }> {
  const compared = new Map<string, { rollout: string; other: string; times: number }>()
  for (const { opinion, rollout, draft, labeler: by } of labels) {
    if (opinion.kind !== 'preference' || draft || by !== labeler) continue
    const key = pairKey(rollout, opinion.other.rollout)
    compared.set(key, { rollout, other: opinion.other.rollout, times: (compared.get(key)?.times ?? 0) + 1 })
  }
  return compared
}

function shownAgain(compared: ReturnType<typeof comparedBy>, { seed, limit }: QueueRequest): QueueItem[] {
  const once = [...compared].filter(([, { times }]) => times === 1)
  const drawn = once.sort(([a], [b]) => hash32(seed, a) - hash32(seed, b)).slice(0, limit)
  return drawn.map(([, { rollout, other }]) => ({ rollout: other, other: rollout, qualityControl: true }))
}
