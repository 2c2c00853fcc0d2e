import { placedRows } from './placedRows.ts'
import type { PlacedRow } from './placedRows.ts'
import type { QueryState } from './queryState.ts'
import type { RunRollouts } from './runRollouts.ts'

/** A step may be moved into a shard between looking up where a rollout lies and reading it there. */
const READ_ATTEMPTS = 3

/** What `read` gives by row number for the rows of a run that pass a condition, in their order; looked up again where some were moved meanwhile. */
export async function readPlaced<T>(
  state: QueryState, directory: string, condition: (run: RunRollouts) => string, read: (placed: readonly PlacedRow[]) => Promise<ReadonlyMap<number, T>>, signal: AbortSignal
): Promise<T[]> {
  for (let attempt = 1; ; attempt++) {
    const run = attempt === 1 ? await state.loaded(directory) : await state.wholeRun(directory, signal)
    const placed = await placedRows(state.db, run, condition(run), signal)
    const found = await read(placed)
    if ((placed.length > 0 && found.size === placed.length) || attempt === READ_ATTEMPTS) return placed.filter(({ row }) => found.has(row)).map(({ row }) => found.get(row)!)
  }
}
