import { sqlText, withDuckDb } from './duckDb.ts'
import { MAX_LINE_BYTES } from './jsonLinesReader.ts'

const MEMORY_MEGABYTES = 1024
const DEADLINE_SECONDS = 600

/** Writes the rows of a JSON Lines file as Parquet, with these columns (name → SQL type) and no others. */
export async function writeParquet(jsonLines: string, parquet: string, columns: Readonly<Record<string, string>>): Promise<void> {
  const types = Object.entries(columns).map(([name, type]) => `${sqlText(name)}: ${sqlText(type)}`)
  const rows = `read_json(${sqlText(jsonLines)}, format = 'newline_delimited', maximum_object_size = ${MAX_LINE_BYTES}, columns = {${types.join(', ')}})`
  await withDuckDb({ files: [jsonLines, parquet], memoryMegabytes: MEMORY_MEGABYTES, deadlineSeconds: DEADLINE_SECONDS }, (db) =>
    db.run(`COPY (SELECT * FROM ${rows}) TO ${sqlText(parquet)} (FORMAT parquet, COMPRESSION zstd)`)
  )
}
