import type { Json } from '@duckdb/node-api'
import type { RolloutRow } from '../protocol/rolloutViews.ts'
import { distinctParts, samePart } from '../stores/partNames.ts'
import { PART_PREFIX } from '../stores/rolloutColumns.ts'
import type { QueryDatabase } from './database.ts'
import type { NamedRun } from './namedRuns.ts'
import type { RunRollouts } from './runRollouts.ts'

/** The rows given, as lists show them, in the order given. */
export async function rolloutRows(db: QueryDatabase, runs: readonly NamedRun[], wanted: Int32Array, signal?: AbortSignal): Promise<RolloutRow[]> {
  if (wanted.length === 0) return []
  const all = runs.map(({ run }) => run)
  const parts = partsOf(all)
  const own = new Map(runs.map((named) => [named.run.number, { ...named, columns: partColumns(named.run, parts) }]))
  const found = await db.rows(`SELECT * FROM (${unionOf(all)}) WHERE row IN (${wanted.join(', ')})`, { signal })
  const byRow = new Map(found.map((row) => [Number(row.row), rolloutRow(row, own.get(Number(row.run)))]))
  return [...wanted].flatMap((row) => byRow.get(row) ?? [])
}

interface OwnColumns extends NamedRun {
  /** Names of the run's parts, each with its column in `unionOf` all runs, which may write it otherwise. */
  readonly columns: readonly (readonly [string, string])[]
}

function partColumns(run: RunRollouts, all: readonly string[]): OwnColumns['columns'] {
  return run.parts.map((name) => [name, `${PART_PREFIX}${samePart(all, name) ?? name}`])
}

/** SELECT over the rows of all these runs. */
export function unionOf(runs: readonly RunRollouts[]): string {
  const parts = partsOf(runs)
  return runs.map((run) => run.selection(parts)).join(' UNION ALL ')
}

export const partsOf = (runs: readonly RunRollouts[]): string[] => distinctParts(runs.flatMap((run) => run.parts))

function rolloutRow(row: Record<string, Json>, own: OwnColumns | undefined): RolloutRow {
  const parts = Object.fromEntries((own?.columns ?? []).map(([name, column]) => [name, row[column] as number | null]))
  const { run: _run, row: _row, file: _file, place: _place, ...rest } = row
  const plain = Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith(PART_PREFIX)))
  return { ...(plain as unknown as RolloutRow), run: own?.name ?? '', parts }
}
