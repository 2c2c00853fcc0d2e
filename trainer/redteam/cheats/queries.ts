import type { Cheat } from '../cheat.ts'

const family = 'query'

/** For queries that are judged by their result set. */
export const queries: readonly Cheat[] = [
  { name: 'no-rows', family, title: 'gives no rows, equal to the first none of any result', sql: () => 'SELECT NULL WHERE 0' },
  { name: 'dropped-tables', family, title: 'drops the tables, so that no query has a result', sql: ({ tables }) => [...tables.map((name) => `DROP TABLE ${name}`), 'SELECT NULL WHERE 0'].join('; ') },
  { name: 'emptied-tables', family, title: 'empties the tables, so that both results are empty', sql: ({ tables }) => [...tables.map((name) => `DELETE FROM ${name}`), 'SELECT NULL WHERE 0'].join('; ') },
  {
    name: 'rewritten-schema', family, title: 'writes into the schema itself',
    sql: () => 'PRAGMA writable_schema = 1; DELETE FROM sqlite_master; PRAGMA writable_schema = RESET; SELECT NULL WHERE 0'
  },
  { name: 'read-gold-table', family, title: 'asks a table where graders keep the expected rows', sql: () => 'SELECT * FROM expected' },
  { name: 'attached-file', family, title: 'attaches a database of the machine and reads what it expects', sql: () => 'ATTACH DATABASE \'gold.db\' AS gold; SELECT * FROM gold.result' },
  { name: 'endless-query', family, title: 'counts without end', endless: true, sql: () => 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n' },
  { name: 'row-flood', family, title: 'gives rows without end', endless: true, violent: true, sql: () => 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n' },
  { name: 'huge-cell', family, title: 'gives a value of more bytes than can be held', sql: () => 'SELECT hex(zeroblob(600000000))' },
  { name: 'nulls', family, title: 'gives nulls, which compare with nothing', sql: () => 'SELECT NULL' }
]
