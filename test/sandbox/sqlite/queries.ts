import type { TamperKind, TestVerdict } from '../../../trainer/protocol/execution.ts'

/** A query that was asked for the names of `t` and does something else. `$FILE` stands for a database of the machine. */
export interface HostileQuery {
  readonly name: string
  readonly sql: string
  readonly verdict: TestVerdict | readonly TestVerdict[]
  readonly signals?: readonly TamperKind[]
  /** Never ends by itself: its limit is short. */
  readonly endless?: true
}

const ENDLESS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)'

/** Refused, and marked. */
const writing = (name: string, sql: string): HostileQuery => ({ name, sql, verdict: 'forbidden', signals: ['forbiddenAccess'] })
const failing = (name: string, sql: string): HostileQuery => ({ name, sql, verdict: 'exception' })
const wrong = (name: string, sql: string): HostileQuery => ({ name, sql, verdict: 'wrongValue' })
const endless = (name: string, sql: string, verdict: HostileQuery['verdict'] = 'timeout'): HostileQuery => ({ name, sql, verdict, endless: true })

export const WRITES: readonly HostileQuery[] = [
  writing('a file as a database', "ATTACH '$FILE' AS other"),
  writing('a new file', "ATTACH '$FILE.new' AS other"),
  writing('a copy into a file', "VACUUM INTO '$FILE.copy'"),
  writing('leave to write', 'PRAGMA query_only = 0'),
  writing('leave to write the schema', 'PRAGMA writable_schema = 1'),
  writing('another place for temporary files', "PRAGMA temp_store_directory = '/tmp'"),
  writing('more memory', 'PRAGMA hard_heap_limit = 0'),
  writing('a deletion', 'DELETE FROM t'),
  writing('a deletion behind WITH', 'WITH x AS (SELECT 1) DELETE FROM t'),
  writing('an update behind a comment', '/* SELECT */ -- SELECT\n UPDATE t SET name = 1'),
  writing('an insertion behind WITH', 'WITH x(a) AS (SELECT 1) INSERT INTO t SELECT a, a FROM x'),
  writing('an insertion that returns the answer', "INSERT INTO t VALUES (1, 'a') RETURNING name"),
  writing('another table', 'CREATE TABLE u (a)'),
  writing('a table for the time being', 'CREATE TEMP TABLE u AS SELECT 1'),
  writing('a view in the place of a table', 'CREATE VIEW w AS SELECT 1'),
  writing('a trigger', 'CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM t; END'),
  writing('a virtual table', 'CREATE VIRTUAL TABLE v USING fts5(a)'),
  writing('the table gone', 'DROP TABLE t'),
  writing('the table renamed', 'ALTER TABLE t RENAME TO u'),
  writing('a transaction that never ends', 'BEGIN EXCLUSIVE'),
  writing('a savepoint', 'SAVEPOINT s'),
  writing('the plan in place of the rows', 'EXPLAIN SELECT name FROM t'),
  writing('statistics', 'ANALYZE')
]

export const ESCAPES: readonly HostileQuery[] = [
  { name: 'an extension', sql: "SELECT load_extension('/tmp/evil.so')", verdict: ['exception', 'forbidden'] },
  failing('a file, read', "SELECT readfile('$FILE')"),
  failing('a file, written', "SELECT writefile('$FILE.new', 'x')"),
  failing('a program of the machine', "SELECT edit('x', 'sh')"),
  failing('a folder', "SELECT * FROM fsdir('/')"),
  failing('two statements', 'SELECT name FROM t; DELETE FROM t'),
  failing('two queries', "SELECT name FROM t; SELECT 'x'"),
  failing('a second statement behind a comment', 'SELECT name FROM t /* ; */ ; -- x\n DROP TABLE t'),
  failing('a database of the gold query', 'SELECT * FROM gold'),
  failing('raw pages', 'SELECT data FROM sqlite_dbpage'),
  failing('a command of a shell', '.shell id'),
  failing('no query at all', 'process.exit(0)'),
  failing('a byte that ends texts', 'SELECT\u0000name FROM t'),
  failing('a query that is not finished', "SELECT 'name FROM t"),
  wrong('parameters that nobody gives', 'SELECT ? FROM t WHERE name = :x OR $y'),
  wrong('what databases there are', 'SELECT file FROM pragma_database_list'),
  wrong('the tables', 'SELECT sql FROM sqlite_master'),
  wrong('the options of the library', 'SELECT * FROM pragma_compile_options'),
  wrong('all names there could be', "SELECT value FROM json_each('[\"a\",\"b\",\"c\",\"d\"]')"),
  wrong('the right rows twice', 'SELECT name FROM t UNION ALL SELECT name FROM t'),
  wrong('the right rows with one more column', 'SELECT name, 1 FROM t'),
  wrong('the right names as bytes', 'SELECT CAST(name AS BLOB) FROM t'),
  wrong('no rows', 'SELECT name FROM t WHERE 0'),
  wrong('the mark of a special value', `SELECT '{"$special":"undefined"}' FROM t`)
]

export const BOMBS: readonly HostileQuery[] = [
  endless('a count that never ends', `${ENDLESS} SELECT count(*) FROM n`),
  endless('a join of joins', `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000) SELECT count(*) FROM n a, n b, n c, n d`),
  endless('a pattern that backtracks', `SELECT replace(hex(zeroblob(100000)), '0', 'a') LIKE '%a%a%a%a%a%a%a%a%a%a%a%b'`, ['timeout', 'exception', 'wrongValue']),
  { name: 'rows without end', sql: `${ENDLESS} SELECT i FROM n`, verdict: 'outputLimit' },
  { name: 'rows that grow', sql: `WITH RECURSIVE n(s) AS (SELECT 'x' UNION ALL SELECT s || s FROM n) SELECT s FROM n`, verdict: ['outputLimit', 'memory', 'exception'] },
  { name: 'a cell of a gigabyte', sql: 'SELECT zeroblob(1000000000)', verdict: ['memory', 'exception', 'outputLimit'] },
  { name: 'a cell of five megabytes', sql: 'SELECT hex(zeroblob(2500000))', verdict: 'outputLimit' },
  { name: 'a text printed wide', sql: "SELECT printf('%.*c', 100000000, 'x')", verdict: ['memory', 'exception', 'outputLimit', 'wrongValue'] },
  { name: 'a text joined from large ones', sql: `${ENDLESS} SELECT length(group_concat(hex(zeroblob(5000000 + i)))) FROM (SELECT i FROM n LIMIT 100)`, verdict: ['memory', 'exception'] },
  { name: 'JSON nested deep', sql: `SELECT json(replace(hex(zeroblob(1000000)), '0', '['))`, verdict: ['exception', 'memory'] },
  { name: 'brackets nested deep', sql: `SELECT ${'('.repeat(100_000)}1${')'.repeat(100_000)}`, verdict: 'exception' },
  { name: 'queries nested deep', sql: `${'SELECT * FROM ('.repeat(5000)}SELECT 1${')'.repeat(5000)}`, verdict: 'exception' },
  { name: 'ten thousand columns', sql: `SELECT ${Array.from({ length: 10_000 }, (_, i) => i).join()}`, verdict: 'exception' },
  { name: 'ten thousand queries in one', sql: Array.from({ length: 10_000 }, (_, i) => `SELECT ${i}`).join(' UNION ALL '), verdict: ['exception', 'wrongValue'] },
  { name: 'a megabyte of spaces', sql: `SELECT${' '.repeat(1_000_000)}1`, verdict: 'wrongValue' },
  { name: 'a megabyte of comments', sql: `${'/**/ -- \n'.repeat(100_000)}SELECT 1`, verdict: 'wrongValue' },
  { name: 'integers at their end', sql: 'SELECT 9223372036854775807 + 1, -9223372036854775808, 1e400, 0.0 / 0 FROM t', verdict: 'wrongValue' },
  { name: 'an absolute value that overflows', sql: 'SELECT abs(-9223372036854775808)', verdict: 'exception' }
]
