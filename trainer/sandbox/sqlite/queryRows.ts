import type { Database, Statement } from 'sql.js'
import type { Json } from '../sandbox.ts'
import { hasMore } from './readOnly.ts'
import { cellOf } from './sqliteValues.ts'
import type { Cell } from './sqliteValues.ts'

export interface ResultSet {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Json[])[]
}

/** What the types of the library leave out: integers as they are. */
type ExactGet = (this: Statement, parameters: null, options: { readonly useBigInt: boolean }) => Cell[]

/** A result that may not be as large as it is. */
export class TooLarge extends Error {}
/** Asked between rows; SQLite itself asks nobody, and is killed from outside. */
export class TooLate extends Error {}

export const MOST_ROWS = 10_000
const MOST_CHARACTERS = 4 * 2 ** 20

/** @throws TooLarge, TooLate, or the error of SQLite. */
export function queryRows(database: Database, sql: string, isLate: () => boolean): ResultSet {
  const statements = database.iterateStatements(sql)
  const { value: statement, done } = statements.next()
  if (done) throw new Error('there is no query')
  if (hasMore(statements.getRemainingSQL())) throw new Error('there is more than one statement')
  const columns = statement.getColumnNames()
  return { columns, rows: rowsOf(statement, isLate) }
}

function rowsOf(statement: Statement, isLate: () => boolean): Json[][] {
  const rows: Json[][] = []
  const get = statement.get as ExactGet
  let characters = 0
  while (statement.step()) {
    const row = get.call(statement, null, { useBigInt: true }).map(cellOf)
    characters += row.reduce<number>((sum, cell) => sum + sizeOf(cell), 0)
    if (rows.length === MOST_ROWS) throw new TooLarge(`more than ${MOST_ROWS} rows`)
    if (characters > MOST_CHARACTERS) throw new TooLarge(`more than ${MOST_CHARACTERS} characters`)
    if (isLate()) throw new TooLate()
    rows.push(row)
  }
  return rows
}

const sizeOf = (cell: Json): number => (typeof cell === 'string' ? cell.length : typeof cell === 'object' && cell !== null ? JSON.stringify(cell).length : 8)
