import type { ReportedEnd } from '../wasm/workerMessages.ts'

/** How a text ends that is not handed to SQLite, because it is no query; null for a query, which may still be wrong. */
export function refusal(sql: string): Extract<ReportedEnd, { message: string }> | null {
  const word = /^[A-Za-z]+/.exec(withoutComments(sql))?.[0].toUpperCase()
  if (word === undefined) return { ended: 'exception', message: 'there is no query' }
  if (READING.has(word)) return null
  if (WRITING.has(word)) return { ended: 'forbidden', message: `${word} is not a query that only reads` }
  return { ended: 'exception', message: `near "${word.slice(0, 40)}": a query begins with SELECT, WITH or VALUES` }
}

/** Whether anything but comments and white space stands behind the first statement. */
export const hasMore = (rest: string): boolean => withoutComments(rest) !== ''

const READING = new Set(['SELECT', 'WITH', 'VALUES'])
/** All other statements of SQLite, told apart from what is no SQL at all. */
const WRITING = new Set((
  'ALTER ANALYZE ATTACH BEGIN COMMIT CREATE DELETE DETACH DROP END EXPLAIN INSERT PRAGMA REINDEX RELEASE REPLACE ROLLBACK SAVEPOINT UPDATE VACUUM'
).split(' '))

/** Comments at the beginning, as SQLite reads them: `--` to the end of the line, an open one to the end of the text. */
const withoutComments = (sql: string): string => sql.replace(/^(?:[\s;]|--[^\n]*(?:\n|$)|\/\*[\s\S]*?(?:\*\/|$))+/, '')
