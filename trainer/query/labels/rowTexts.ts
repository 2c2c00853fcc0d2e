import { z } from 'zod'
import type { RowRollout } from '../../labels/rows/rowRollout.ts'
import { Span } from '../../protocol/rollout.ts'
import { fromParquet, recordFromRow } from '../../stores/rolloutColumns.ts'
import { withoutExecutions } from '../withoutExecutions.ts'
import type { PlacedRow } from '../placedRows.ts'
import { readRows } from '../readRows.ts'
import type { RowReading } from '../readRows.ts'

const Prompt = z.object({ text: z.string() })
const RowTexts = z.object({
  id: z.string(), kind: z.enum(['train', 'evaluation']), problemId: z.string(), gold: z.string().optional(), answer: z.string().nullable(),
  segments: z.array(z.object({ text: z.string(), spans: z.array(Span), samplePrompt: Prompt, trainPrompt: Prompt.optional() })).min(1)
})

const SELECTION = `{
  id: id, kind: kind, problemId: problemId, gold: gold, answer: answer, segments: list_transform(segments, lambda s: {
    text: s."text", spans: s.spans, samplePrompt: {text: s.samplePrompt."text"}, trainPrompt: CASE WHEN s.trainPrompt IS NULL THEN NULL ELSE {text: s.trainPrompt."text"} END
  })
}`

/** What rows need of the rollouts, by id; no token is read into this process. Those that cannot be read this moment are missing. */
export async function readRowTexts(rows: readonly PlacedRow[], signal: AbortSignal): Promise<Map<string, RowRollout>> {
  return new Map([...(await readRows(rows, TEXTS, signal)).values()].map((text) => [text.id, text]))
}

const TEXTS: RowReading<RowRollout> = {
  fromLine: (line) => RowTexts.safeParse(JSON.parse(withoutExecutions(line))).data,
  fromShard: async (db, file, condition, options) => {
    const rows = await db.rows(`SELECT CAST(to_json(${SELECTION}) AS VARCHAR) AS json FROM ${fromParquet([file], { rowNumbers: true })} WHERE ${condition}`, options)
    return rows.flatMap(({ json }) => RowTexts.safeParse(recordFromRow(String(json))).data ?? [])
  }
}
