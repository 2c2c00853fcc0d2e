import { LabError } from '../errors.ts'
import { quote } from '../graders/quote.ts'
import { nearestName } from '../nearestName.ts'
import { readUtf8Lines } from './utf8Lines.ts'

/** A row of a dataset; `columns` are the values asked for, as text. */
export interface DatasetRow {
  readonly line: number
  readonly columns: Readonly<Record<string, string>>
}

/** A line that was left out. */
export interface BrokenLine {
  readonly line: number
  readonly why: string
}

export interface JsonlDataset {
  readonly path: string
  readonly rows: readonly DatasetRow[]
  /** All lines left out. */
  readonly brokenCount: number
  /** The first of them. */
  readonly broken: readonly BrokenLine[]
}

export interface DatasetColumns {
  readonly required: readonly string[]
  readonly optional: readonly string[]
}

/** Why a row cannot be used; null = it can. */
export type RowCheck = (row: DatasetRow) => string | null

const MOST_ROWS = 1_000_000
/** UTF-16 units kept in memory. */
const MOST_TEXT = 128 * 1024 * 1024
const MOST_BROKEN_LISTED = 20

type Outcome = { readonly row: DatasetRow } | { readonly why: string }

/**
 * Reads the columns of a JSON Lines file as a stream. A broken line is listed and left out. Throws `dataset/empty`,
 * `dataset/missing-column`, `dataset/no-rows`, `dataset/too-large` and what reading lines throws.
 */
export async function readJsonlDataset(path: string, columns: DatasetColumns, check: RowCheck = () => null): Promise<JsonlDataset> {
  const rows: DatasetRow[] = []
  const broken: BrokenLine[] = []
  const unseen = new Set(columns.optional)
  let [brokenCount, kept] = [0, 0]
  let first: { readonly line: number; readonly names: readonly string[] } | undefined
  for await (const { number, text } of readUtf8Lines(path)) {
    if (text.trim().length === 0) continue
    const object = parseObject(text)
    if (typeof object !== 'string') {
      first ??= { line: number, names: Object.keys(object) }
      const missing = first.line === number ? columns.required.find((column) => !Object.hasOwn(object, column)) : undefined
      if (missing !== undefined) throw missingColumn(path, number, missing, first.names)
      for (const column of unseen) if (Object.hasOwn(object, column)) unseen.delete(column)
    }
    const outcome = typeof object === 'string' ? { why: object } : readRow(number, object, columns, check)
    if ('why' in outcome) {
      brokenCount++
      if (broken.length < MOST_BROKEN_LISTED) broken.push({ line: number, why: outcome.why })
      continue
    }
    kept += textLength(outcome.row)
    if (rows.push(outcome.row) > MOST_ROWS || kept > MOST_TEXT) throw tooLarge(path)
  }
  // A row may lack an optional column; where all do, its name is wrong.
  const [wrong] = unseen
  if (first && wrong !== undefined) throw missingColumn(path, first.line, wrong, [...first.names, ...columns.optional.filter((column) => !unseen.has(column))])
  if (rows.length === 0) throw nothingRead(path, broken)
  return { path, rows, brokenCount, broken }
}

/** The object of a line, or why there is none. */
function parseObject(text: string): Readonly<Record<string, unknown>> | string {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : 'is not a JSON object'
  } catch (error) {
    return `is not JSON: ${quote(error instanceof Error ? error.message : String(error))}`
  }
}

function missingColumn(path: string, line: number, missing: string, present: readonly string[]): LabError {
  const nearest = nearestName(missing, present)
  const hint = nearest === undefined ? '' : ` Did you mean ${quote(nearest)}?`
  return new LabError('dataset', 'dataset/missing-column', `The dataset ${path} has no column ${quote(missing)} in line ${line}.${hint}`, {
    remedy: `Name one of the columns that exist: ${present.slice(0, 30).map(quote).join(', ')}.`,
    place: `${path}:${line}`
  })
}

function readRow(line: number, object: Readonly<Record<string, unknown>>, columns: DatasetColumns, check: RowCheck): Outcome {
  const values: [string, string][] = []
  for (const column of [...columns.required, ...columns.optional]) {
    const value = Object.hasOwn(object, column) ? object[column] : undefined
    if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) return { why: `has a whole number beyond 2^53 in the column ${quote(column)}, which loses digits: write it as a text` }
    const text = typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : null
    if (text !== null) values.push([column, text])
    else if (columns.required.includes(column)) return { why: `has no text or number in the column ${quote(column)}` }
  }
  const row = { line, columns: Object.fromEntries(values) }
  const why = check(row)
  return why === null ? { row } : { why }
}

const textLength = (row: DatasetRow): number => Object.values(row.columns).reduce((sum, value) => sum + value.length, 0)

const tooLarge = (path: string): LabError =>
  new LabError('dataset', 'dataset/too-large', `The dataset ${path} has more than ${MOST_ROWS} rows or ${MOST_TEXT} characters.`, {
    remedy: 'Use a part of it.',
    place: path
  })

function nothingRead(path: string, broken: readonly BrokenLine[]): LabError {
  const first = broken[0]
  if (first === undefined) {
    return new LabError('dataset', 'dataset/empty', `The dataset ${path} is empty.`, { remedy: 'Give a file with one JSON object a line.', place: path })
  }
  return new LabError('dataset', 'dataset/no-rows', `No line of the dataset ${path} can be used; line ${first.line} ${first.why}.`, {
    remedy: 'Give a file with one JSON object a line, with prompt and gold.',
    place: `${path}:${first.line}`
  })
}
