/** Types of columns by name: those of DuckDB itself come with its native module, which is loaded late. */
import type * as DuckDb from '@duckdb/node-api'
import { sqlText } from '../stores/duckDb.ts'

type PlainType = 'BIGINT' | 'BOOLEAN' | 'DOUBLE' | 'INTEGER' | 'USMALLINT' | 'VARCHAR'
/** One of at most 256 words. */
interface WordType {
  readonly words: readonly string[]
}
export type ColumnType = PlainType | WordType

export const typeSql = (type: ColumnType): string => (typeof type === 'string' ? type : `ENUM(${type.words.map(sqlText).join(', ')})`)

export const typeIn = (duckDb: typeof DuckDb, type: ColumnType): DuckDb.DuckDBType => (typeof type === 'string' ? duckDb[type] : duckDb.ENUM8(type.words))
