import { z } from 'zod'
import { LabError } from '../../errors.ts'
import type { RowRollout } from '../../labels/rows/rowRollout.ts'
import { Span } from '../../protocol/rollout.ts'
import { fromParquet, recordFromRow } from '../../stores/rolloutColumns.ts'
import type { Shard } from '../../stores/shardReader.ts'
import { withFiles } from '../database.ts'
import { readLineAt } from '../lineTail.ts'
import { withoutArrays } from '../narrowRollout.ts'
import { conditionOf, groupPlaces } from '../placedRows.ts'
import type { PlacedRow } from '../placedRows.ts'

const Prompt = z.object({ text: z.string() })
const RowTexts = z.object({
  id: z.string(), kind: z.enum(['train', 'evaluation']), problemId: z.string(), gold: z.string().optional(), answer: z.string().nullable(),
  segments: z.array(z.object({ text: z.string(), spans: z.array(Span), samplePrompt: Prompt, trainPrompt: Prompt.optional() })).min(1)
})

/** Row groups are decoded with their tokens; the second try is for long completions. */
const MEMORY_MEGABYTES = [320, 2048]
const DEADLINE_SECONDS = 60
const SELECTION = `{
  id: id, kind: kind, problemId: problemId, gold: gold, answer: answer, segments: list_transform(segments, lambda s: {
    text: s."text", spans: s.spans, samplePrompt: {text: s.samplePrompt."text"}, trainPrompt: CASE WHEN s.trainPrompt IS NULL THEN NULL ELSE {text: s.trainPrompt."text"} END
  })
}`

/** What rows need of the rollouts, by id; no token is read into this process. Those that cannot be read this moment are missing. */
export async function readRowTexts(rows: readonly PlacedRow[], signal: AbortSignal): Promise<Map<string, RowRollout>> {
  const found = new Map<string, RowRollout>()
  const { shards, lines } = groupPlaces(rows)
  for (const { id, place } of lines) {
    const text = place.kind === 'lines' ? textOfLine(place.path, place.offset) : undefined
    if (text?.id === id) found.set(id, text)
  }
  for (const [shard, placed] of shards) {
    for (const text of await textsOfShard(shard, conditionOf(placed), signal)) found.set(text.id, text)
  }
  return found
}

function textOfLine(place: string, offset: number): RowRollout | undefined {
  try {
    return RowTexts.safeParse(JSON.parse(withoutArrays(readLineAt(place, offset) ?? 'null'))).data
  } catch (error) {
    // What was a rollout when it was listed has been moved or damaged since.
    if (error instanceof SyntaxError || LabError.is(error, 'missing')) return undefined
    throw error
  }
}

async function textsOfShard(shard: Shard, condition: string, signal: AbortSignal): Promise<RowRollout[]> {
  const select = `SELECT CAST(to_json(${SELECTION}) AS VARCHAR) AS json FROM ${fromParquet([shard.rollouts], { rowNumbers: true })} WHERE ${condition}`
  for (const [attempt, memoryMegabytes] of MEMORY_MEGABYTES.entries()) {
    try {
      const rows = await withFiles({ threads: 1, memoryMegabytes, files: [shard.rollouts] }, (db) => db.rows(select, { signal, deadlineSeconds: DEADLINE_SECONDS }))
      return rows.flatMap(({ json }) => RowTexts.safeParse(recordFromRow(String(json))).data ?? [])
    } catch (error) {
      if (!LabError.is(error, 'query-memory') || attempt === MEMORY_MEGABYTES.length - 1) throw error
    }
  }
  return []
}
