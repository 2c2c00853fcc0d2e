import { sqlText, withDuckDb } from '../stores/duckDb.ts'
import type { RawRecord } from './rowsFile.ts'

const MEMORY_MEGABYTES = 1024
const DEADLINE_SECONDS = 60
/** Rows fetched at a time. */
const PAGE = 10_000

/** The rows of a Parquet file in their order. */
export async function* parquetRecords(file: string): AsyncGenerator<RawRecord> {
  for (let from = 0; ; from += PAGE) {
    const values = await withDuckDb({ files: [file], memoryMegabytes: MEMORY_MEGABYTES, deadlineSeconds: DEADLINE_SECONDS }, (db) =>
      db.run(`SELECT * EXCLUDE (file_row_number) FROM read_parquet(${sqlText(file)}, file_row_number = true) ORDER BY file_row_number LIMIT ${PAGE} OFFSET ${from}`))
    for (const [i, value] of values.entries()) yield { place: from + i + 1, value }
    if (values.length < PAGE) return
  }
}
