/**
 * Rollouts as DuckDB columns, named and nested as in the record. Doubles stay doubles, so that numbers are the same bits in
 * JSONL and in Parquet; free-form maps are JSON text.
 */
import { sqlList, sqlText } from './duckDb.ts'
import { MAX_LINE_BYTES } from './jsonLinesReader.ts'
import { NUMBERED_PARTS_SQL, partKey, partKeySql } from './partNames.ts'
import { ADVANTAGE_SQL, TASK_REWARD_SQL, WRITTEN_TOKENS_SQL, writtenSql } from './rolloutFigures.ts'

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
  executions: 'JSON',
  filter: 'STRUCT(kept BOOLEAN, why VARCHAR)',
  policyVersion: 'BIGINT',
  seed: 'BIGINT',
  timing: 'STRUCT(sampledAt VARCHAR, sampleSeconds DOUBLE, rewardSeconds DOUBLE)',
  errors: 'STRUCT(boundary VARCHAR, message VARCHAR)[]',
  tags: 'JSON'
}

/** Columns of the narrow index: neither text nor tokens. */
const INDEX_SELECTION = `id, kind, stage, step, attempt, superseded, "group", sampleIndex, problemId, environment, params,
  correct, reward.total AS reward, segments[1].stopReason AS stopReason,
  CAST(${WRITTEN_TOKENS_SQL} AS BIGINT) AS completionTokens,
  filter.kept AS kept, policyVersion`

/** More parts than this are no run's; what is beyond them is in the shard alone. */
export const MAX_INDEXED_PARTS = 64
/** Before the name of a reward part in the name of its column. */
export const PART_PREFIX = 'part/'

/** SELECT of the names of reward parts, one of each column, as column `name`. */
export const partNamesQuery = (from: string): string =>
  `SELECT min(part.name) AS name FROM (SELECT unnest(${NUMBERED_PARTS_SQL}) AS part FROM ${from}) WHERE length(part.name) <= 200
    GROUP BY ${partKeySql('part.name')} ORDER BY name LIMIT ${MAX_INDEXED_PARTS}`

/**
 * SELECT of the index beside a shard, in the shard's order: the columns above, means over tokens, the score of each part named, and
 * whether all scored rewards of the group are equal, a KL penalty apart. Older indexes have only INDEX_SELECTION.
 */
export function indexQuery(shard: string, partNames: readonly string[]): string {
  const parts = partNames.map((name) => `list_filter(numberedParts, lambda part: ${partKeySql('part.name')} = ${sqlText(partKey(name))})[1].score AS ${sqlName(PART_PREFIX + name)}`)
  const means = [`${ADVANTAGE_SQL} AS advantage`, `list_avg(${writtenSql('logprobs')}) AS meanLogprob`, `list_avg(${writtenSql('entropies')}) AS meanEntropy`]
  const narrow = `SELECT file_row_number, ${TASK_REWARD_SQL} AS taskReward, ${[INDEX_SELECTION, ...means, ...parts].join(', ')} FROM (SELECT *, ${NUMBERED_PARTS_SQL} AS numberedParts FROM ${fromParquet([shard], { rowNumbers: true })})`
  const inGroup = (aggregate: string): string => `${aggregate}(taskReward) OVER (PARTITION BY kind, step, attempt, "group")`
  return `SELECT * EXCLUDE (file_row_number, taskReward), ${inGroup('min')} = ${inGroup('max')} AS zeroVariance FROM (${narrow}) ORDER BY file_row_number`
}

/** A SQL identifier. */
export const sqlName = (name: string): string => `"${name.replaceAll('\0', '\ufffd').replaceAll('"', '""')}"`

/** Columns of the text file beside a shard: what a search looks at, in the order of the shard, apart from the tokens. */
export const TEXT_SELECTION = `id, step, coalesce(segments[1].samplePrompt."text", '') AS prompt, list_transform(segments, lambda segment: segment."text") AS texts`

/** FROM clause over rollout JSONL files. */
export function fromJsonLines(files: readonly string[]): string {
  const columns = Object.entries(ROLLOUT_COLUMNS).map(([name, type]) => `${sqlText(name)}: ${sqlText(type)}`)
  return `read_json(${sqlList(files)}, format = 'newline_delimited', maximum_object_size = ${MAX_LINE_BYTES}, columns = {${columns.join(', ')}})`
}

/** FROM clause over Parquet files of one kind. */
export function fromParquet(files: readonly string[], options: { readonly rowNumbers?: boolean } = {}): string {
  return `read_parquet(${sqlList(files)}, union_by_name = true${options.rowNumbers === true ? ', file_row_number = true' : ''})`
}

/** SELECT expression: the whole row `r` as JSON text, numbers in their shortest exact form. */
export const ROW_AS_JSON = 'CAST(to_json(r) AS VARCHAR)'

/** Fields that are left out of a record where they have no value; every other NULL is a `null` of the record. */
const OPTIONAL = ['gold', 'filter', 'executions']
const OPTIONAL_IN_SEGMENT = ['trainPrompt', 'advantages', 'parent']
const OPTIONAL_IN_PROMPT = ['messages']

/** The record of a row given by ROW_AS_JSON. */
export function recordFromRow(json: string): unknown {
  return withoutNulls(JSON.parse(json) as Record<string, unknown>)
}

/** The record of a row of a shard as JavaScript values: integers come as bigint, free-form maps as JSON text. */
export function recordFromColumns(row: Record<string, unknown>): unknown {
  const { file_row_number: _, ...columns } = row
  const record = plainNumbers(columns) as Record<string, unknown>
  for (const name of ['params', 'tags', 'executions']) {
    if (typeof record[name] === 'string') record[name] = JSON.parse(record[name])
  }
  return withoutNulls(record)
}

function plainNumbers(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.map(plainNumbers)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plainNumbers(inner)]))
}

function withoutNulls(record: Record<string, unknown>): unknown {
  dropNull(record, OPTIONAL)
  for (const segment of (record.segments ?? []) as Record<string, unknown>[]) {
    dropNull(segment, OPTIONAL_IN_SEGMENT)
    for (const prompt of [segment.samplePrompt, segment.trainPrompt]) {
      if (typeof prompt === 'object' && prompt !== null) dropNull(prompt as Record<string, unknown>, OPTIONAL_IN_PROMPT)
    }
  }
  return record
}

function dropNull(record: Record<string, unknown>, names: readonly string[]): void {
  for (const name of names) {
    if (record[name] === null) delete record[name]
  }
}
