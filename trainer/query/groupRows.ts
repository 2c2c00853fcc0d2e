import type { Json } from '@duckdb/node-api'
import type { GroupRow } from '../protocol/rolloutViews.ts'
import type { QueryDatabase } from './database.ts'
import type { NamedRun } from './namedRuns.ts'
import { unionOf } from './rolloutRows.ts'

/** What rollouts of one group have in common. */
export const GROUP_KEY = 'run, kind, step, attempt, "group"'

const GROUP_FIGURES = `run, "group", CAST(kind AS VARCHAR) AS kind, step, attempt, min(problemId) AS problemId, min(id) AS member, min(environment) AS environment, CAST(count(*) AS INTEGER) AS size,
  CAST(count(*) FILTER (correct) AS INTEGER) AS "right", CAST(count(correct) AS INTEGER) AS graded, avg(reward) AS meanReward, min(reward) AS minReward, max(reward) AS maxReward,
  avg(completionTokens) AS meanTokens, bool_or(kept) AS kept, bool_and(zeroVariance) AS zeroVariance`

/** The groups that these rows are of, as lists show them, in the order given: each with all its rollouts, whatever a filter let pass. */
export async function groupRows(db: QueryDatabase, runs: readonly NamedRun[], wanted: Int32Array, signal?: AbortSignal): Promise<GroupRow[]> {
  if (wanted.length === 0) return []
  const all = unionOf(runs.map(({ run }) => run))
  const found = await db.rows(`SELECT first, ${GROUP_FIGURES} FROM (
    SELECT all_.*, keys.first FROM (${all}) all_ JOIN (SELECT ${GROUP_KEY}, row AS first FROM (${all}) WHERE row IN (${wanted.join(', ')})) keys
      USING (${GROUP_KEY}) WHERE ${await stepsOf(db, all, wanted, signal)}) GROUP BY first, ${GROUP_KEY}`, { signal })
  const byRow = new Map(found.map((row) => [Number(row.first), groupRow(row, runs)]))
  return [...wanted].flatMap((row) => byRow.get(row) ?? [])
}

/** A range of steps that holds these rows: parts of the tables outside it are not looked at. */
async function stepsOf(db: QueryDatabase, all: string, rows: Int32Array, signal: AbortSignal | undefined): Promise<string> {
  const [ends] = await db.rows(`SELECT min(step) AS least, max(step) AS most FROM (${all}) WHERE row IN (${rows.join(', ')})`, { signal })
  return typeof ends?.least === 'number' ? `all_.step BETWEEN ${ends.least} AND ${Number(ends.most)}` : 'true'
}

function groupRow(row: Record<string, Json>, runs: readonly NamedRun[]): GroupRow {
  const { first: _, run, ...rest } = row
  return { ...(rest as unknown as GroupRow), run: nameOf(runs, run) }
}

function nameOf(runs: readonly NamedRun[], number: Json | undefined): string {
  return runs.find(({ run }) => run.number === number)?.name ?? ''
}
