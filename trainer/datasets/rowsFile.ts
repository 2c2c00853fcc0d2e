import { createReadStream } from 'node:fs'
import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { LabError } from '../errors.ts'
import { ROW_SCHEMAS } from '../protocol/labelRows.ts'
import type { RowKind, RowsOf } from '../protocol/labelRows.ts'
import { parquetRecords } from './parquetRecords.ts'
import { jsonlRecords } from './jsonlRecords.ts'

/** A row with its place: the line of a JSON Lines file or the row of a Parquet file, from 1. */
export interface PlacedRow<K extends RowKind = RowKind> {
  readonly place: number
  readonly row: RowsOf[K]
}

/** Training data as read from a file, in its order. */
export interface RowsFile<K extends RowKind = RowKind> {
  readonly file: string
  readonly kind: K
  readonly rows: readonly PlacedRow<K>[]
  /** Of the bytes of the file, in hex. */
  readonly sha256: string
}

/** A record before it was checked; `fault` where it could not even be read. */
export interface RawRecord {
  readonly place: number
  readonly value?: unknown
  readonly fault?: string
}

const MOST_BYTES = 512 * 1024 * 1024
const MOST_ROWS = 1_000_000
const FAULTS_SHOWN = 5

/**
 * Reads rows of one kind from JSON Lines, or from Parquet where the name ends so.
 * @throws LabError `dataset/unreadable`, `dataset/empty`, `dataset/too-large`, or `dataset/bad-row` naming line and field of the
 * first faults: labels are few, so that none is left out in silence.
 */
export async function readRows<K extends RowKind>(file: string, kind: K): Promise<RowsFile<K>> {
  await requirePlainFile(file)
  const rows: PlacedRow<K>[] = []
  const faults: string[] = []
  for await (const record of file.endsWith('.parquet') ? parquetRecords(file) : jsonlRecords(file)) {
    const checked = checkRecord(record, kind)
    if ('fault' in checked) faults.push(checked.fault)
    else rows.push(checked)
    if (rows.length > MOST_ROWS) throw tooLarge(file)
  }
  if (faults.length > 0) throw badRows(file, kind, faults)
  if (rows.length === 0) throw new LabError('dataset', 'dataset/empty', `The data ${file} has no rows.`, { place: file, remedy: 'Export rows first: `lab labels export`.' })
  return { file, kind, rows, sha256: await hashOf(file) }
}

async function requirePlainFile(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined)
  if (!found?.isFile()) {
    throw new LabError('dataset', 'dataset/unreadable', `The data ${file} ${found ? 'is no plain file' : 'does not exist'}.`, {
      place: file, remedy: 'Name a file of rows, relative to the run file; `lab labels export` writes them.'
    })
  }
  if (found.size > MOST_BYTES) throw tooLarge(file)
}

const tooLarge = (file: string): LabError =>
  new LabError('dataset', 'dataset/too-large', `The data ${file} has more than ${MOST_ROWS} rows or ${MOST_BYTES} bytes.`, { place: file, remedy: 'Use a part of it.' })

type Checked<K extends RowKind> = PlacedRow<K> | { readonly fault: string }

function checkRecord<K extends RowKind>({ place, value, fault }: RawRecord, kind: K): Checked<K> {
  if (fault !== undefined) return { fault: `${place}: ${fault}` }
  const parsed = ROW_SCHEMAS[kind].safeParse(withoutNulls(value))
  if (parsed.success) return { place, row: parsed.data as RowsOf[K] }
  const [issue] = parsed.error.issues
  return { fault: `${place}: ${issue!.path.length === 0 ? 'the row' : `"${issue!.path.join('.')}"`} ${issue!.message.charAt(0).toLowerCase()}${issue!.message.slice(1)}` }
}

/** A column without a value in a row is null in Parquet and in many exports; for a row it is absent. */
const withoutNulls = (value: unknown): unknown =>
  (typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null)) : value)

function badRows(file: string, kind: RowKind, faults: readonly string[]): LabError {
  const shown = faults.slice(0, FAULTS_SHOWN).map((fault) => `${file}:${fault}`)
  const more = faults.length > shown.length ? `; and ${faults.length - shown.length} more` : ''
  return new LabError('dataset', 'dataset/bad-row', `${faults.length} of the rows are no ${kind}: ${shown.join('; ')}${more}`, {
    place: `${file}:${faults[0]!.split(':')[0]}`, remedy: `Correct these rows, or name the kind that they are; a row of ${kind} has ${Object.keys(fieldsOf(kind)).join(', ')}.`
  })
}

const fieldsOf = (kind: RowKind): object => ROW_SCHEMAS[kind].shape

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
