/** The table of a run in memory: its index, narrow. One table per run; `row` numbers are unique over all runs. */
import type { DuckDBValue, Json } from '@duckdb/node-api'
import { StopReason } from '../protocol/rollout.ts'
import { sqlText } from '../stores/duckDb.ts'
import { partKey, samePart } from '../stores/partNames.ts'
import { fromParquet, PART_PREFIX, sqlName } from '../stores/rolloutColumns.ts'
import { typeSql } from './columnTypes.ts'
import type { ColumnType } from './columnTypes.ts'
import type { NarrowRollout } from './narrowRollout.ts'

/** Where a rollout lies: a file of the run, and the row (of a shard) or byte offset (of lines) in it. */
export interface Place {
  readonly file: number
  readonly place: number
}

export interface TableRow extends Place {
  readonly row: number
  readonly rollout: NarrowRollout
  readonly zeroVariance: boolean | null
}

interface Column {
  readonly name: string
  readonly type: ColumnType
  /** Column of the index that it comes from; another expression where told. */
  readonly from?: string
  readonly value: (row: TableRow, names: NameCodes) => DuckDBValue
}

const KINDS = ['train', 'evaluation']
const column = (name: string, type: ColumnType, value: Column['value'], from?: string): Column => ({ name, type, value, ...(from === undefined ? {} : { from }) })

const COLUMNS: readonly Column[] = [
  column('row', 'INTEGER', ({ row }) => row),
  column('file', 'USMALLINT', ({ file }) => file),
  column('place', 'BIGINT', ({ place }) => BigInt(place)),
  column('id', 'VARCHAR', ({ rollout }) => rollout.id, 'id'),
  column('kind', { words: KINDS }, ({ rollout }) => rollout.kind, 'kind'),
  column('stage', 'USMALLINT', ({ rollout }, names) => names.codeOf(rollout.stage), 'stage'),
  column('step', 'INTEGER', ({ rollout }) => rollout.step, 'step'),
  column('attempt', 'INTEGER', ({ rollout }) => rollout.attempt, 'attempt'),
  column('superseded', 'BOOLEAN', ({ rollout }) => rollout.superseded, 'superseded'),
  column('group', 'VARCHAR', ({ rollout }) => rollout.group, 'group'),
  column('sampleIndex', 'INTEGER', ({ rollout }) => rollout.sampleIndex, 'sampleIndex'),
  column('problemId', 'VARCHAR', ({ rollout }) => rollout.problemId, 'problemId'),
  column('environment', 'USMALLINT', ({ rollout }, names) => names.codeOf(rollout.environment), 'environment'),
  column('correct', 'BOOLEAN', ({ rollout }) => rollout.correct, 'correct'),
  column('reward', 'DOUBLE', ({ rollout }) => rollout.reward, 'reward'),
  column('stopReason', { words: StopReason.options }, ({ rollout }) => rollout.stopReason, 'stopReason'),
  column('completionTokens', 'INTEGER', ({ rollout }) => rollout.completionTokens, 'completionTokens'),
  column('kept', 'BOOLEAN', ({ rollout }) => rollout.kept, 'kept'),
  column('policyVersion', 'INTEGER', ({ rollout }) => rollout.policyVersion, 'policyVersion'),
  column('advantage', 'DOUBLE', ({ rollout }) => rollout.advantage, 'advantage'),
  column('meanLogprob', 'DOUBLE', ({ rollout }) => rollout.meanLogprob, 'meanLogprob'),
  column('meanEntropy', 'DOUBLE', ({ rollout }) => rollout.meanEntropy, 'meanEntropy'),
  column('zeroVariance', 'BOOLEAN', ({ zeroVariance }) => zeroVariance, 'zeroVariance')
]
/** Without these a row could not be addressed. */
export const ESSENTIAL = ['id', 'kind', 'step', 'group']
const CODED = ['stage', 'environment']
const NO_NULL: Readonly<Record<string, string>> = {
  attempt: '1', superseded: 'false', sampleIndex: '0', problemId: "''", completionTokens: '0', policyVersion: '0', stopReason: "'error'"
}
const MAX_NAMES = 4096

/** Names that come again and again, each with a small number. */
export class NameCodes {
  readonly names: string[] = []
  readonly #codes = new Map<string, number>()

  /** Beyond the limit all share one code: no run has so many stages and environments. */
  codeOf(name: string): number {
    const known = this.#codes.get(name)
    if (known !== undefined) return known
    if (this.names.length === MAX_NAMES) return MAX_NAMES - 1
    this.names.push(name.slice(0, 200))
    this.#codes.set(name, this.names.length - 1)
    return this.names.length - 1
  }
}

export const partColumn = (number: number): string => `part${number}`

export function createTable(table: string): string {
  return `CREATE TABLE ${table} (${COLUMNS.map(({ name, type }) => `${sqlName(name)} ${typeSql(type)}`).join(', ')})`
}

export const addPart = (table: string, number: number): string => `ALTER TABLE ${table} ADD COLUMN ${partColumn(number)} DOUBLE`

export function tableTypes(parts: readonly string[]): ColumnType[] {
  return [...COLUMNS.map(({ type }) => type), ...parts.map(() => 'DOUBLE' as const)]
}

export function tableValues(row: TableRow, names: NameCodes, parts: readonly string[]): DuckDBValue[] {
  const scores = scoresByKey(row.rollout)
  return [...COLUMNS.map(({ value }) => value(row, names)), ...parts.map((name) => scores.get(partKey(name)) ?? null)]
}

/** A part may be named like another with its number: the first counts, as in an index. */
function scoresByKey({ parts }: NarrowRollout): ReadonlyMap<string, number | null> {
  const scores = new Map<string, number | null>()
  for (const { name, score } of parts) {
    const key = partKey(name)
    if (!scores.has(key)) scores.set(key, score)
  }
  return scores
}

export interface IndexFile {
  readonly path: string
  /** Columns that it has. */
  readonly columns: ReadonlySet<string>
  /** Number of the file in the run. */
  readonly file: number
  /** `row` of its first rollout. */
  readonly firstRow: number
  /** Batches to leave out: `kind step`. */
  readonly without: readonly string[]
  /** Batches of which nothing else is wanted. */
  readonly only?: readonly string[]
}

/** Indexes by what one statement can read: those that have the same columns and of which the same is wanted. */
export function readTogether<T extends IndexFile>(indexes: readonly T[]): T[][] {
  const groups = new Map<string, T[]>()
  for (const index of indexes) {
    const key = JSON.stringify([[...index.columns].sort(), index.without, index.only])
    groups.set(key, [...(groups.get(key) ?? []), index])
  }
  return [...groups.values()]
}

/** SELECT that gives index files of one group of `readTogether` as rows of the table. Values that are no such values become NULL. */
export function selectIndexes(indexes: readonly IndexFile[], names: NameCodes, parts: readonly string[]): string {
  const [first] = indexes
  if (first === undefined) throw new Error('no index is selected')
  const numbers = COLUMNS.map((one) => `${NUMBERS[one.name]?.(indexes) ?? valueOf(one, first, names)} AS ${sqlName(one.name)}`)
  const values = [...numbers, ...parts.map((name, i) => `${number(samePart(first.columns, PART_PREFIX + name) ?? '', first)} AS ${partColumn(i)}`)]
  return `SELECT ${values.join(', ')} FROM ${fromParquet(indexes.map(({ path }) => path), { rowNumbers: true })} WHERE ${addressable(first)}`
}

/** Columns that no index has: they say where a row lies. */
const NUMBERS: Readonly<Record<string, (indexes: readonly IndexFile[]) => string>> = {
  row: (indexes) => `CAST(${ofFile(indexes.map(({ firstRow }) => firstRow))} + file_row_number AS INTEGER)`,
  file: (indexes) => `CAST(${ofFile(indexes.map(({ file }) => file))} AS USMALLINT)`,
  place: () => 'CAST(file_row_number AS BIGINT)'
}

/** The number that belongs to the file that a row is read from. */
const ofFile = (numbers: readonly number[]): string => `list_extract([${numbers.join(', ')}], CAST(file_index AS BIGINT) + 1)`

/** Rows that can be addressed and are wanted. */
function addressable({ without, only }: IndexFile): string {
  const keys = (list: readonly string[]): string => list.map((key) => sqlText(key)).join(', ')
  return [
    `id IS NOT NULL AND "group" IS NOT NULL AND TRY_CAST(step AS INTEGER) >= 0 AND kind IN ('train', 'evaluation')`,
    ...(without.length === 0 ? [] : [`(kind || ' ' || step) NOT IN (${keys(without)})`]),
    ...(only === undefined ? [] : [`(kind || ' ' || step) IN (${keys(only)})`])
  ].join(' AND ')
}

/** A row that `selectIndexes` gave as plain JSON, with the row number that the rollout has already. */
export function rowOfIndex(found: Record<string, Json>, rowOf: (id: string) => number, names: NameCodes, parts: readonly string[]): TableRow {
  const { row: _, file, place, stage, environment, zeroVariance, ...rest } = found
  const named = (code: Json | undefined): string => names.names[Number(code)] ?? ''
  const scores = parts.map((name, i) => ({ name, score: found[partColumn(i)] as number | null }))
  const rollout = { ...(rest as unknown as NarrowRollout), stage: named(stage), environment: named(environment), parts: scores }
  return { row: rowOf(rollout.id), file: Number(file), place: Number(place), rollout, zeroVariance: (zeroVariance ?? null) as boolean | null }
}

function valueOf({ name, type, from }: Column, index: IndexFile, names: NameCodes): string {
  if (from === undefined || !index.columns.has(from)) return `CAST(${NO_NULL[name] ?? (CODED.includes(name) ? String(names.codeOf('')) : 'NULL')} AS ${typeSql(type)})`
  if (CODED.includes(name)) return coded(from, names)
  if (type === 'DOUBLE') return number(from, index)
  const cast = `TRY_CAST(${sqlName(from)} AS ${typeSql(type)})`
  const instead = NO_NULL[name]
  return instead === undefined ? cast : `coalesce(${cast}, CAST(${instead} AS ${typeSql(type)}))`
}

function coded(from: string, names: NameCodes): string {
  const list = names.names.map((name, code) => `WHEN ${sqlText(name)} THEN ${code}`).join(' ')
  return `CAST(CASE CAST(${sqlName(from)} AS VARCHAR) ${list} ELSE ${names.codeOf('')} END AS USMALLINT)`
}

function number(from: string, { columns }: IndexFile): string {
  if (!columns.has(from)) return 'CAST(NULL AS DOUBLE)'
  const value = `TRY_CAST(${sqlName(from)} AS DOUBLE)`
  return `CASE WHEN isfinite(${value}) THEN ${value} END`
}

/** The table as the columns of RolloutRow, `run` being the number given; parts as `part/<name>`. */
export function selectRows(table: string, run: number, names: NameCodes, own: readonly string[], all: readonly string[]): string {
  const named = (name: string): string => `list_extract([${names.names.map(sqlText).join(', ')}]::VARCHAR[], ${name} + 1) AS ${name}`
  const columns = COLUMNS.map(({ name }) => (CODED.includes(name) ? named(name) : sqlName(name)))
  const parts = all.map((name) => {
    const number = own.indexOf(samePart(own, name) ?? '')
    return `${number < 0 ? 'CAST(NULL AS DOUBLE)' : partColumn(number)} AS ${sqlName(PART_PREFIX + name)}`
  })
  return `SELECT ${run} AS run, ${[...columns, ...parts].join(', ')} FROM ${table}`
}
