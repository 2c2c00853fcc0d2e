import type { SearchHit } from '../protocol/rolloutViews.ts'
import type { QueryDatabase } from './database.ts'
import { placedRows } from './placedRows.ts'
import type { PlacedRow } from './placedRows.ts'
import { throwIfCancelled } from './queryError.ts'
import { readTexts } from './rolloutTexts.ts'
import type { RolloutText } from './rolloutTexts.ts'
import type { NamedRun } from './namedRuns.ts'
import type { RunRollouts } from './runRollouts.ts'

/** Characters shown either side of a hit. */
const AROUND = 80
/** Rows of the first piece, small so that the first hits come at once; pieces grow as the search goes on. */
const FIRST_PIECE = 256
const GROWTH = 4
const LARGEST_PIECE = 16_384
/** Rows of a single pass over the texts, for what does not follow the order in which the rollouts lie. */
const PASS_ROWS = 50_000

export interface SearchProgress {
  readonly hits: readonly SearchHit[]
  readonly searched: number
}

export interface Searched {
  /** Row numbers in the order of the view, and the position of each. */
  readonly rows: Int32Array
  readonly positions: Int32Array
  readonly runs: readonly NamedRun[]
  readonly text: string
  readonly limit: number
}

/** Searches texts in the order of a view; tells of hits as they are found, in that order. What was searched ends with the last hit that the limit lets pass. */
export async function searchTexts(db: QueryDatabase, searched: Searched, tell: (progress: SearchProgress) => void, signal: AbortSignal): Promise<{ searched: number; hits: number; complete: boolean }> {
  const { rows, limit } = searched
  let hits = 0
  let done = 0
  for (let size = FIRST_PIECE; done < rows.length && hits < limit; size = Math.min(LARGEST_PIECE, size * GROWTH)) {
    throwIfCancelled(signal)
    const scattered = size === LARGEST_PIECE && !isOrdered(rows, done, done + size)
    const end = scattered ? rows.length : Math.min(rows.length, done + size)
    const found = await hitsIn(db, searched, done, end, signal)
    const told = found.slice(0, limit - hits)
    hits += told.length
    done = told.length < found.length ? told.at(-1)!.at + 1 : end
    tell({ hits: told.map(({ hit }) => hit), searched: done })
  }
  return { searched: done, hits, complete: done === rows.length }
}

/** Whether rows of the piece lie together, so that reading them does not read everything. */
function isOrdered(rows: Int32Array, from: number, end: number): boolean {
  const piece = rows.subarray(from, end)
  let least = Infinity
  let most = -Infinity
  for (const row of piece) {
    least = Math.min(least, row)
    most = Math.max(most, row)
  }
  return most - least < 4 * piece.length + PASS_ROWS
}

/** A hit and the row that it is in, as a place in the rows that are searched. */
interface PlacedHit {
  readonly hit: SearchHit
  readonly at: number
}

/** Hits in the rows from … end, in their order. */
async function hitsIn(db: QueryDatabase, { rows, positions: places, runs, text }: Searched, from: number, end: number, signal: AbortSignal): Promise<PlacedHit[]> {
  const positions = new Map<number, number>()
  for (let at = from; at < end; at++) positions.set(rows[at]!, at)
  const sorted = Int32Array.from(positions.keys()).sort()
  const found: PlacedHit[] = []
  const pattern = patternOf(text)
  for (let at = 0; at < sorted.length; at += PASS_ROWS) {
    for (const { name, run } of runs) {
      const placed = await placedAmong(db, run, sorted.subarray(at, at + PASS_ROWS), signal)
      for (const one of await readTexts(placed, { containing: text, signal })) {
        const hit = hitOf(one, name, pattern)
        const place = positions.get(one.row)
        if (hit !== undefined && place !== undefined) found.push({ hit: { position: places[place]!, ...hit }, at: place })
      }
    }
  }
  return found.sort((a, b) => a.at - b.at)
}

/** Places of sorted rows: the range is asked for, which is fast, and what is not wanted left out. */
async function placedAmong(db: QueryDatabase, run: RunRollouts, sorted: Int32Array, signal: AbortSignal): Promise<PlacedRow[]> {
  const least = sorted[0]
  const most = sorted.at(-1)
  if (least === undefined || most === undefined) return []
  const wanted = new Set(sorted)
  const range = `row BETWEEN ${least} AND ${most}`
  const condition = most - least < 4 * sorted.length + PASS_ROWS ? range : `${range} AND row IN (${sorted.join(', ')})`
  return (await placedRows(db, run, condition, signal)).filter(({ row }) => wanted.has(row))
}

/** Rows of the runs whose prompt or completion contains a text. */
export async function rowsContaining(db: QueryDatabase, runs: readonly RunRollouts[], text: string, signal: AbortSignal | undefined): Promise<Int32Array> {
  const found: number[] = []
  for (const run of runs) {
    const all = await db.integers(`SELECT row FROM ${run.table} ORDER BY row`, { signal })
    for (let at = 0; at < all.length; at += PASS_ROWS) {
      const piece = all.subarray(at, at + PASS_ROWS)
      const placed = await placedRows(db, run, `row BETWEEN ${piece[0]} AND ${piece.at(-1)}`, signal)
      for (const { row } of await readTexts(placed, { containing: text, characters: 0, signal })) found.push(row)
    }
  }
  return Int32Array.from(found)
}

/** The text itself, whatever its case. Nothing but these may be escaped in a pattern of Unicode. */
export const patternOf = (text: string): RegExp => new RegExp(text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'iu')

function hitOf({ id, prompt, texts }: RolloutText, run: string, pattern: RegExp): Omit<SearchHit, 'position'> | undefined {
  for (const [segment, text] of texts.entries()) {
    const match = pattern.exec(text)
    if (match !== null) return { run, id, segment, at: match.index, ...snippet(text, match.index, match[0].length) }
  }
  const match = pattern.exec(prompt)
  return match === null ? undefined : { run, id, segment: 0, at: -1, ...snippet(prompt, match.index, match[0].length) }
}

function snippet(text: string, at: number, length: number): Pick<SearchHit, 'before' | 'match' | 'after'> {
  return { before: text.slice(Math.max(0, at - AROUND), at), match: text.slice(at, at + length), after: text.slice(at + length, at + length + AROUND) }
}
