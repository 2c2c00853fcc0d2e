import assert from 'node:assert/strict'
import initSqlJs from 'sql.js/dist/sql-wasm-inline.js'
import { Limits } from '../../protocol/execution.ts'
import type { CallReport } from '../wasm/workerMessages.ts'
import { MOST_ROWS } from './queryRows.ts'
import { BadTask, QueryRunner, SlowTask } from './runQuery.ts'

const SCHEMA = "CREATE TABLE t (n, name); INSERT INTO t VALUES (3, 'c'), (1, 'a'), (2, NULL), (3, 'c')"
const ENDLESS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)'

describe('queries of candidates', () => {
  let runner: QueryRunner
  before(async () => { runner = new QueryRunner(await initSqlJs()) })

  const run = (sql: string, { schema = SCHEMA, gold = 'SELECT 1', ...some }: Partial<Limits> & { schema?: string; gold?: string } = {}): CallReport =>
    runner.run(sql, { style: 'query', schema, gold }, Limits.parse({ wallSeconds: 60, ...some }))
  const endOf = (sql: string, some: Partial<Limits> = {}): CallReport['end']['ended'] => run(sql, some).end.ended

  it('gives the rows of both queries, as they come', () => {
    assert.deepEqual(run('SELECT name, n AS number FROM t ORDER BY n DESC', { gold: 'SELECT count(*) FROM t' }).end, {
      ended: 'rows', columns: ['name', 'number'], rows: [['c', 3], ['c', 3], [null, 2], ['a', 1]], goldRows: [[4]]
    })
  })

  it('mistakes no value for its neighbour', () => {
    const { end } = run("SELECT 9007199254740993, -9223372036854775808, 9007199254740991, 9e999, -9e999, 1.0, 0.5, '', x'', x'00ff', '1', 0.0 / 0")
    assert.deepEqual(end.ended === 'rows' && end.rows, [[
      { $special: '9007199254740993' }, { $special: '-9223372036854775808' }, 9007199254740991, { $special: 'Infinity' }, { $special: '-Infinity' },
      1, 0.5, '', { $blob: '' }, { $blob: '00ff' }, '1', null
    ]])
  })

  it('takes every kind of query', () => {
    for (const sql of ['VALUES (1), (2)', 'WITH a AS (SELECT 1) SELECT * FROM a', ' -- said\n/* twice */ select 1 ; ; -- done', ';;SELECT 1', 'SELECT 1 /* open']) assert.equal(endOf(sql), 'rows', sql)
  })

  it('takes one query', () => {
    assert.match(JSON.stringify(run('SELECT 1; SELECT 2').end), /more than one statement/)
    for (const sql of ['', ' -- nothing', 'SELEC 1', '(SELECT 1)', 'SELECT nothing FROM t', 'SELECT * FROM nowhere', 'hello; DROP TABLE t']) assert.equal(endOf(sql), 'exception', sql)
  })

  it('refuses what writes, and sees it', () => {
    const writing = [
      'DELETE FROM t', 'WITH a AS (SELECT 1) DELETE FROM t', 'WITH a AS (SELECT 1) INSERT INTO t SELECT 1, 2 FROM a', 'PRAGMA query_only = 0', "ATTACH ':memory:' AS other", 'CREATE TEMP TABLE u (a)',
      'drop table t', "VACUUM INTO '/tmp/copy'", 'REPLACE INTO t VALUES (1, 2)', 'BEGIN', 'EXPLAIN SELECT 1', '/* SELECT */ UPDATE t SET n = 1'
    ]
    for (const sql of writing) {
      const { end, sightings } = run(sql)
      assert.deepEqual([end.ended, sightings.map(({ kind }) => kind)], ['forbidden', ['forbiddenAccess']], sql)
    }
  })

  it('begins with new tables for each query', () => {
    run('WITH a AS (SELECT 1) DELETE FROM t')
    assert.deepEqual(run('SELECT count(*) FROM t', { gold: 'SELECT count(*) FROM t' }).end, { ended: 'rows', columns: ['count(*)'], rows: [[4]], goldRows: [[4]] })
    assert.equal(run('SELECT * FROM t', { schema: 'CREATE TABLE other (a)' }).end.ended, 'exception')
  })

  it('caps rows and characters', () => {
    assert.equal(endOf(`${ENDLESS} SELECT i FROM n LIMIT ${MOST_ROWS}`), 'rows')
    assert.deepEqual([run(`${ENDLESS} SELECT i FROM n`).end, run(`${ENDLESS} SELECT i FROM n`).limitsHit], [{ ended: 'outputLimit', message: `more than ${MOST_ROWS} rows` }, ['outputBytes']])
    assert.equal(endOf('SELECT hex(zeroblob(4000000))'), 'outputLimit')
  })

  it('blames the task where its own tables or query fail', () => {
    assert.throws(() => run('SELECT 1', { gold: 'SELECT nothing' }), BadTask)
    assert.throws(() => run('SELECT 1', { schema: 'CREATE TABLE (' }), BadTask)
    assert.throws(() => run('SELECT 1', { gold: `${ENDLESS} SELECT i FROM n` }), /more than 10000 rows/)
  })

  it('begins to count at the candidate’s own query, and blames no candidate for the time of the other', () => {
    const limits = Limits.parse({ wallSeconds: 60 })
    let begun = 0
    const { seconds } = runner.run('SELECT 1', { style: 'query', schema: SCHEMA, gold: `${ENDLESS} SELECT count(*) FROM (SELECT i FROM n LIMIT 100000)` }, limits, () => { begun = performance.now() })
    assert.ok(begun > 0 && seconds <= (performance.now() - begun) / 1000)
    assert.throws(() => run('SELECT 1', { gold: 'SELECT 1', wallSeconds: 1e-9 }), SlowTask)
  })

  // Last: a lowered limit stays with the process.
  it('bounds memory, in one piece or many', () => {
    for (const sql of ['SELECT length(hex(zeroblob(90000000)))', `${ENDLESS} SELECT length(group_concat(hex(zeroblob(500000 + i)))) FROM (SELECT i FROM n LIMIT 400)`]) {
      const report = run(sql, { memoryMegabytes: 32 })
      assert.deepEqual([report.end.ended, report.limitsHit, report.worker], ['memory', ['memoryMegabytes'], 'grown'], sql)
    }
    assert.equal(endOf('SELECT 1', { memoryMegabytes: 32 }), 'rows')
  })
})
