/** What the texts and answers of the rollouts sampled last tell, for the checks of a run. */
import type { AnswerFigures, DifferentAnswers } from '../evals/diagnoses.ts'
import type { QueryDatabase } from './database.ts'
import { outcomesOf } from './groupAttempts.ts'
import { placedRows } from './placedRows.ts'
import type { PlacedRow } from './placedRows.ts'
import { readTexts } from './rolloutTexts.ts'
import type { RunRollouts } from './runRollouts.ts'

/** So many are read at most. */
const ROWS = 512

export interface LastRollout {
  readonly placed: PlacedRow
  readonly step: number
  readonly group: string
  readonly correct: boolean | null
}

/** The last training rollouts of some steps, superseded ones left out. */
export async function lastRollouts(run: RunRollouts, db: QueryDatabase, { firstStep, lastStep }: { readonly firstStep: number; readonly lastStep: number }, signal: AbortSignal): Promise<LastRollout[]> {
  const rows = await db.rows(`SELECT row, step, attempt, "group", correct FROM ${run.table} WHERE kind = 'train' AND NOT superseded AND step BETWEEN ${firstStep} AND ${lastStep} ORDER BY row DESC LIMIT ${ROWS}`, { signal })
  if (rows.length === 0) return []
  const known = new Map(rows.map((row) => [Number(row.row), { step: Number(row.step), group: `${row.step} ${row.attempt} ${row.group}`, correct: typeof row.correct === 'boolean' ? row.correct : null }]))
  const placed = await placedRows(db, run, `row IN (${[...known.keys()].join(', ')})`, signal)
  return placed.map((each) => ({ placed: each, ...known.get(each.row)! }))
}

/** Mean share of the completions of a group that are unlike all others of it, and the first step that it is over. */
export async function differentTexts(last: readonly LastRollout[], signal: AbortSignal): Promise<DifferentAnswers | null> {
  const known = new Map(last.map(({ placed, ...each }) => [placed.row, each]))
  const groups = new Map<string, string[]>()
  let firstStep = Infinity
  for (const { row, texts } of await readTexts(last.map(({ placed }) => placed), { signal })) {
    const { group = '', step = firstStep } = known.get(row) ?? {}
    groups.set(group, [...(groups.get(group) ?? []), texts.join('\0')])
    firstStep = Math.min(firstStep, step)
  }
  const shares = [...groups.values()].filter((texts) => texts.length > 1).map((texts) => texts.filter((text) => texts.filter((other) => other === text).length === 1).length / texts.length)
  return shares.length === 0 ? null : { share: shares.reduce((sum, share) => sum + share, 0) / shares.length, firstStep }
}

/** Whether the grader found an answer to judge. */
export async function answerFigures(last: readonly LastRollout[], signal: AbortSignal): Promise<AnswerFigures> {
  const outcomes = await outcomesOf(last.map(({ placed }) => placed), signal)
  const judged = last.flatMap(({ placed, correct }) => {
    const outcome = outcomes.get(placed.id)
    return outcome && correct !== null ? [{ correct, answer: outcome.answer }] : []
  })
  const unread = judged.filter(({ answer }) => answer === null)
  return { judged: judged.length, unread: unread.length, unreadRight: unread.filter(({ correct }) => correct).length }
}
