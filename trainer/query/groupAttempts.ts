import { setImmediate as yieldToOthers } from 'node:timers/promises'
import { LabError } from '../errors.ts'
import { PAGE_ROWS } from '../protocol/queries.ts'
import type { GroupAttempt } from '../protocol/rolloutViews.ts'
import { fromParquet } from '../stores/rolloutColumns.ts'
import type { Shard } from '../stores/shardReader.ts'
import { withFiles } from './database.ts'
import { readLineAt } from './lineTail.ts'
import { withoutExecutions } from './withoutExecutions.ts'
import { conditionOf, groupPlaces } from './placedRows.ts'
import type { PlacedRow } from './placedRows.ts'
import type { QueryState } from './queryState.ts'
import { readPlaced } from './readPlaced.ts'
import { readTexts } from './rolloutTexts.ts'
import { rolloutRows } from './rolloutRows.ts'
import type { RunRollouts } from './runRollouts.ts'

const ANSWER_CHARACTERS = 200
const WHY_CHARACTERS = 1000
const ENDING_CHARACTERS = 400
const LINES_AT_ONCE = 64
const LIMITS = { threads: 1, memoryMegabytes: 160 }
const DEADLINE_SECONDS = 60

type Outcome = Pick<GroupAttempt, 'answer' | 'filterWhy'>
type End = Pick<GroupAttempt, 'id' | 'answer' | 'filterWhy' | 'ending'>

/** The attempts of a run that pass a condition, by step and sample, with the ends of their texts: bounded however long these are. */
export async function groupAttempts(state: QueryState, name: string, condition: (run: RunRollouts) => string, signal: AbortSignal): Promise<GroupAttempt[]> {
  const firstOnes = (run: RunRollouts): string => `row IN (SELECT row FROM ${run.table} WHERE ${condition(run)} ORDER BY row LIMIT ${PAGE_ROWS})`
  const ends = new Map((await readPlaced(state, name, firstOnes, (placed) => endsOf(placed, signal), signal)).map((end) => [end.id, end]))
  // Those that cannot be read have their figures all the same.
  const run = await state.loaded(name)
  const wanted = await state.db.integers(`SELECT row FROM ${run.table} WHERE ${firstOnes(run)} ORDER BY row`, { signal })
  const rows = await rolloutRows(state.db, [{ name, run }], wanted, signal)
  const attempts = rows.map((row): GroupAttempt => ({ ...row, answer: null, filterWhy: null, ending: '', ...ends.get(row.id) }))
  return attempts.sort((a, b) => a.step - b.step || a.sampleIndex - b.sampleIndex)
}

/** What became of rollouts and how their texts end, by row number. */
async function endsOf(placed: readonly PlacedRow[], signal: AbortSignal): Promise<Map<number, End>> {
  const outcomes = await outcomesOf(placed, signal)
  const texts = await readTexts(placed, { signal })
  return new Map(texts.flatMap(({ row, id, texts: own }) => {
    const outcome = outcomes.get(id)
    return outcome === undefined ? [] : [[row, { id, ...outcome, ending: (own.at(-1) ?? '').trimEnd().slice(-ENDING_CHARACTERS) }] as const]
  }))
}

/** What became of rollouts, by their ids; those that cannot be read any more are left out. */
export async function outcomesOf(placed: readonly PlacedRow[], signal: AbortSignal): Promise<Map<string, Outcome>> {
  const { shards, lines } = groupPlaces(placed)
  const found = new Map<string, Outcome>()
  for (const [done, { id, place }] of lines.entries()) {
    if (done % LINES_AT_ONCE === LINES_AT_ONCE - 1) await yieldToOthers()
    const outcome = place.kind === 'lines' ? outcomeOfLine(place.path, place.offset, id) : undefined
    if (outcome) found.set(id, outcome)
  }
  for (const [shard, rows] of shards) {
    for (const { id, ...outcome } of await outcomesOfShard(shard, rows, signal)) found.set(id, outcome)
  }
  return found
}

function outcomeOfLine(place: string, offset: number, id: string): Outcome | undefined {
  try {
    const line = readLineAt(place, offset)
    if (line === undefined) return undefined
    const read = JSON.parse(withoutExecutions(line)) as { id: string; answer: string | null; filter?: { why: string } }
    if (read.id !== id) return undefined
    return { answer: read.answer?.slice(0, ANSWER_CHARACTERS) ?? null, filterWhy: read.filter?.why.slice(0, WHY_CHARACTERS) ?? null }
  } catch (error) {
    // What was a rollout when it was listed has been moved or damaged since.
    if (error instanceof SyntaxError || error instanceof TypeError || LabError.is(error, 'missing')) return undefined
    throw error
  }
}

/** Columns beside the segments: no token is decoded. */
async function outcomesOfShard(shard: Shard, rows: readonly PlacedRow[], signal: AbortSignal): Promise<(Outcome & { id: string })[]> {
  const sql = `SELECT id, left(answer, ${ANSWER_CHARACTERS}) AS answer, left(filter.why, ${WHY_CHARACTERS}) AS "filterWhy"
    FROM ${fromParquet([shard.rollouts], { rowNumbers: true })} WHERE ${conditionOf(rows)}`
  const found = await withFiles({ ...LIMITS, files: [shard.rollouts] }, (db) => db.values(sql, { signal, deadlineSeconds: DEADLINE_SECONDS }))
  return found as unknown as (Outcome & { id: string })[]
}
