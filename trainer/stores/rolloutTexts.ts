import path from 'node:path'
import { z } from 'zod'
import { LabError } from '../errors.ts'
import { Count } from '../protocol/numbers.ts'
import { Span, StepVerdict } from '../protocol/rollout.ts'
import { sqlList, withDuckDb } from './duckDb.ts'
import { readJsonLines } from './jsonLinesReader.ts'
import { listFolder, plainKind } from './plainFiles.ts'
import { fromParquet, recordFromRow } from './rolloutColumns.ts'
import { parseBatchFileName, RUN_FILES } from './runLayout.ts'
import { listSealed } from './shardReader.ts'

const Prompt = z.object({ text: z.string() })

/** What texts a rollout has and where its tokens end; none of the numbers by token. */
export const RolloutTexts = z.object({
  id: z.string().min(1),
  kind: z.enum(['train', 'evaluation']),
  problemId: z.string(),
  gold: z.string().optional(),
  answer: z.string().nullable(),
  environment: z.string(),
  correct: z.boolean().nullable(),
  superseded: z.boolean(),
  steps: z.array(StepVerdict),
  segments: z
    .array(z.object({ text: z.string(), spans: z.array(Span), tokens: z.array(Count), tokenEnds: z.array(Count), samplePrompt: Prompt, trainPrompt: Prompt.optional() }))
    .min(1)
})
export type RolloutTexts = z.infer<typeof RolloutTexts>

/** A row group is decoded whole to read one rollout of it; the second try is for long completions. */
const MEMORY_MEGABYTES = [512, 2048]
const DEADLINE_SECONDS = 300
const SELECTION = `{
  id: id, kind: kind, problemId: problemId, gold: gold, answer: answer, environment: environment, correct: correct, superseded: superseded, steps: steps,
  segments: list_transform(segments, lambda s: {
    text: s."text", spans: s.spans, tokens: s.tokens, tokenEnds: s.tokenEnds, samplePrompt: {text: s.samplePrompt."text"},
    trainPrompt: CASE WHEN s.trainPrompt IS NULL THEN NULL ELSE {text: s.trainPrompt."text"} END
  })
}`

/**
 * Calls `take` once for each rollout of a run that has one of the ids (all, where none are given), in no order. The run may
 * be in use: what is still being written is left out. @throws LabError `store/not-a-run`, `damaged-rollouts`
 */
export async function readRolloutTexts(runDirectory: string, ids: ReadonlySet<string> | undefined, take: (rollout: RolloutTexts) => void): Promise<void> {
  const folder = path.join(runDirectory, RUN_FILES.rollouts)
  if (plainKind(folder) === 'absent' || ids?.size === 0) return
  const seen = new Set<string>()
  const takeOnce = (rollout: RolloutTexts): void => {
    if (seen.has(rollout.id)) return
    seen.add(rollout.id)
    take(rollout)
  }
  for (const file of lineFiles(folder)) takeLines(file, ids, takeOnce)
  const missing = ids === undefined ? undefined : new Set([...ids].filter((id) => !seen.has(id)))
  if (missing?.size !== 0) for (const { rollouts } of listSealed(folder).shards) await takeShard(rollouts, missing, takeOnce)
}

/** Sealed steps first: what is there counts before what an open file has of the same step. */
function lineFiles(folder: string): string[] {
  const open = listFolder(folder).filter((name) => parseBatchFileName(name)?.stage === 'open').map((name) => path.join(folder, name))
  return [...listSealed(folder).batches.map(({ file }) => file), ...open]
}

function takeLines(file: string, ids: ReadonlySet<string> | undefined, take: (rollout: RolloutTexts) => void): void {
  // A step may be moved into a shard this moment: it is met again there.
  if (plainKind(file) === 'absent') return
  for (const { value, line, ended } of readJsonLines(file)) {
    const id = (value as { readonly id?: unknown } | undefined)?.id
    if (value === undefined || !ended || (ids !== undefined && !(typeof id === 'string' && ids.has(id)))) continue
    take(checked(value, `${file}:${line}`))
  }
}

async function takeShard(shard: string, ids: ReadonlySet<string> | undefined, take: (rollout: RolloutTexts) => void): Promise<void> {
  const where = ids === undefined ? '' : `WHERE id IN (SELECT unnest(${sqlList([...ids])}))`
  const select = `SELECT CAST(to_json(${SELECTION}) AS VARCHAR) AS json FROM ${fromParquet([shard])} ${where}`
  for (const [attempt, memoryMegabytes] of MEMORY_MEGABYTES.entries()) {
    try {
      const rows = await withDuckDb({ files: [shard], memoryMegabytes, deadlineSeconds: DEADLINE_SECONDS }, (db) => db.run(select))
      for (const row of rows) take(checked(recordFromRow(row['json'] as string), shard))
      return
    } catch (error) {
      if (!LabError.is(error, 'query-memory') || attempt === MEMORY_MEGABYTES.length - 1) throw error
    }
  }
}

function checked(value: unknown, place: string): RolloutTexts {
  const result = RolloutTexts.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw new LabError('store', 'damaged-rollouts', `a rollout in ${place} is damaged: ${issue?.path.join('.')} ${issue?.message}`, { place, remedy: 'Restore the rollouts folder from a copy of the run.' })
}
