/**
 * Rollouts as DuckDB columns, named and nested as in the record. Doubles stay doubles, so that numbers are the same bits in
 * JSONL and in Parquet; free-form maps are JSON text.
 */
import { sqlList, sqlText } from './duckDb.ts'
import { MAX_LINE_BYTES } from './jsonLinesReader.ts'

const PROMPT = 'STRUCT("text" VARCHAR, tokens BIGINT[], messages STRUCT("role" VARCHAR, content VARCHAR)[])'
const SEGMENT = [
  `samplePrompt ${PROMPT}`, `trainPrompt ${PROMPT}`, '"text" VARCHAR', 'tokens BIGINT[]', 'tokenEnds BIGINT[]',
  'logprobs DOUBLE[]', 'samplingLogprobs DOUBLE[]', 'entropies DOUBLE[]', 'advantages DOUBLE[]', 'mask TINYINT[]',
  'source VARCHAR', 'spans STRUCT(kind VARCHAR, "from" BIGINT, "to" BIGINT)[]', 'parent VARCHAR', 'stopReason VARCHAR'
].join(', ')

/** SQL type of every field of a rollout record. */
export const ROLLOUT_COLUMNS: Readonly<Record<string, string>> = {
  version: 'INTEGER',
  id: 'VARCHAR',
  kind: 'VARCHAR',
  stage: 'VARCHAR',
  step: 'BIGINT',
  attempt: 'BIGINT',
  superseded: 'BOOLEAN',
  group: 'VARCHAR',
  sampleIndex: 'BIGINT',
  problemId: 'VARCHAR',
  environment: 'VARCHAR',
  params: 'JSON',
  gold: 'VARCHAR',
  segments: `STRUCT(${SEGMENT})[]`,
  answer: 'VARCHAR',
  correct: 'BOOLEAN',
  steps: 'STRUCT("from" BIGINT, "to" BIGINT, ok BOOLEAN, why VARCHAR)[]',
  reward: 'STRUCT(total DOUBLE, parts STRUCT("name" VARCHAR, score DOUBLE, weight DOUBLE, why VARCHAR)[])',
  filter: 'STRUCT(kept BOOLEAN, why VARCHAR)',
  policyVersion: 'BIGINT',
  seed: 'BIGINT',
  timing: 'STRUCT(sampledAt VARCHAR, sampleSeconds DOUBLE, rewardSeconds DOUBLE)',
  errors: 'STRUCT(boundary VARCHAR, message VARCHAR)[]',
  tags: 'JSON'
}

/** Columns of the narrow index: neither text nor tokens. */
export const INDEX_SELECTION = `id, kind, stage, step, attempt, superseded, "group", sampleIndex, problemId, environment, params,
  correct, reward.total AS reward, segments[-1].stopReason AS stopReason,
  CAST(list_sum(list_transform(segments, lambda segment: len(segment.tokens))) AS BIGINT) AS completionTokens,
  filter.kept AS kept, policyVersion`

/** What INDEX_SELECTION reads: parsing no more makes reading JSONL several times faster. */
const INDEX_COLUMNS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['id', 'kind', 'stage', 'step', 'attempt', 'superseded', 'group', 'sampleIndex', 'problemId', 'environment', 'params', 'correct', 'policyVersion']
      .map((name) => [name, ROLLOUT_COLUMNS[name]!])
  ),
  reward: 'STRUCT(total DOUBLE)',
  filter: 'STRUCT(kept BOOLEAN)',
  segments: 'STRUCT(tokens BIGINT[], stopReason VARCHAR)[]'
}

/** FROM clause over rollout JSONL files: whole rollouts, or what the index is selected from. */
export function fromJsonLines(files: readonly string[], detail: 'whole' | 'index' = 'whole'): string {
  const columns = Object.entries(detail === 'whole' ? ROLLOUT_COLUMNS : INDEX_COLUMNS).map(([name, type]) => `${sqlText(name)}: ${sqlText(type)}`)
  return `read_json(${sqlList(files)}, format = 'newline_delimited', maximum_object_size = ${MAX_LINE_BYTES}, columns = {${columns.join(', ')}})`
}

/** FROM clause over Parquet files of one kind. */
export function fromParquet(files: readonly string[]): string {
  return `read_parquet(${sqlList(files)})`
}

/** SELECT expression: the whole row `r` as JSON text, numbers in their shortest exact form. */
export const ROW_AS_JSON = 'CAST(to_json(r) AS VARCHAR)'

/** Fields that are left out of a record where they have no value; every other NULL is a `null` of the record. */
const OPTIONAL = ['gold', 'filter']
const OPTIONAL_IN_SEGMENT = ['trainPrompt', 'advantages', 'parent']
const OPTIONAL_IN_PROMPT = ['messages']

/** The record of a row given by ROW_AS_JSON. */
export function recordFromRow(json: string): unknown {
  const record = JSON.parse(json) as Record<string, unknown>
  dropNull(record, OPTIONAL)
  for (const segment of (record.segments ?? []) as Record<string, unknown>[]) {
    dropNull(segment, OPTIONAL_IN_SEGMENT)
    for (const prompt of [segment.samplePrompt, segment.trainPrompt]) {
      if (prompt !== undefined) dropNull(prompt as Record<string, unknown>, OPTIONAL_IN_PROMPT)
    }
  }
  return record
}

function dropNull(record: Record<string, unknown>, names: readonly string[]): void {
  for (const name of names) {
    if (record[name] === null) delete record[name]
  }
}
