import type { Histogram } from '../protocol/rolloutViews.ts'
import { sqlName } from '../stores/rolloutColumns.ts'
import type { QueryDatabase } from './database.ts'

/** How the rows of this FROM clause spread over a column. */
export async function histogramOf(db: QueryDatabase, passing: string, column: string, bins: number, signal: AbortSignal | undefined): Promise<Histogram> {
  const value = `CAST(${sqlName(column)} AS DOUBLE)`
  const [ends] = await db.rows(`SELECT min(${value}) AS least, max(${value}) AS most, CAST(count(*) - count(${value}) AS INTEGER) AS missing FROM ${passing}`, { signal })
  const missing = Number(ends?.missing ?? 0)
  if (typeof ends?.least !== 'number' || typeof ends.most !== 'number') return { edges: Array.from({ length: bins + 1 }, (_, i) => i / bins), counts: new Array<number>(bins).fill(0), missing }
  const width = ends.most > ends.least ? (ends.most - ends.least) / bins : 1 / bins
  const [low, wide] = [`CAST('${ends.least}' AS DOUBLE)`, `CAST('${width}' AS DOUBLE)`]
  // The division rounds: the edges decide, by which a range is filtered.
  const counted = await db.rows(`SELECT least(${bins - 1}, greatest(0, CASE WHEN value < ${low} + ${wide} * near THEN near - 1 WHEN value >= ${low} + ${wide} * (near + 1) THEN near + 1 ELSE near END)) AS bin, CAST(count(*) AS INTEGER) AS n
    FROM (SELECT ${value} AS value, CAST(floor((${value} - ${low}) / ${wide}) AS INTEGER) AS near FROM ${passing} WHERE ${value} IS NOT NULL) GROUP BY bin`, { signal })
  const counts = new Array<number>(bins).fill(0)
  for (const { bin, n } of counted) counts[Number(bin)] = Number(n)
  return { edges: Array.from({ length: bins + 1 }, (_, i) => (i === bins && ends.most !== ends.least ? (ends.most as number) : (ends.least as number) + width * i)), counts, missing }
}
