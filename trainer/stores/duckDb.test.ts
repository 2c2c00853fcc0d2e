import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../errors.ts'
import { sqlText, withDuckDb } from './duckDb.ts'
import { temporaryFolder } from './fixtures.ts'

describe('confined DuckDB', () => {
  const folder = temporaryFolder()
  const allowed = path.join(folder, "it's allowed.txt")
  const secret = path.join(folder, 'secret.txt')
  fs.writeFileSync(allowed, 'allowed')
  fs.writeFileSync(secret, 'secret')
  const limits = { files: [allowed], memoryMegabytes: 64, deadlineSeconds: 60 }
  const run = (sql: string, seconds = limits.deadlineSeconds) => withDuckDb({ ...limits, deadlineSeconds: seconds }, (db) => db.run(sql))

  it('reads the files it was given', async () => {
    assert.deepEqual(await run(`SELECT content FROM read_text(${sqlText(allowed)})`), [{ content: 'allowed' }])
  })

  it('takes quotes and NUL in a text as characters', async () => {
    assert.deepEqual(await run(`SELECT ${sqlText("a\0b'c\0")} AS text`), [{ text: "a\0b'c\0" }])
  })

  for (const [what, sql] of [
    ['another file', `SELECT * FROM read_text(${sqlText(secret)})`],
    ['a pattern', `SELECT * FROM read_text(${sqlText(path.join(folder, '*'))})`],
    ['writing elsewhere', `COPY (SELECT 1) TO ${sqlText(path.join(folder, 'out.csv'))}`],
    ['attaching a database', `ATTACH ${sqlText(path.join(folder, 'new.db'))}`],
    ['extensions', 'INSTALL httpfs'],
    ['loading an extension', `LOAD ${sqlText(path.join(folder, 'x.duckdb_extension'))}`],
    ['changing the configuration', 'SET enable_external_access = true'],
    ['lifting the memory limit', "SET memory_limit = '8GB'"],
    ['two statements at once', 'SELECT 1; SELECT 2']
  ] as const) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(run(sql), (error) => LabError.is(error, 'query-failed'))
    })
  }

  it('stops at its deadline and at its memory limit', async () => {
    await assert.rejects(run('SELECT count(*) AS n FROM range(100000) a, range(100000) b, range(1000) c WHERE (a.range * b.range + c.range) % 7 = 3', 0.2), (error) => LabError.is(error, 'query-deadline'))
    await assert.rejects(run('SELECT list(range) FROM range(50000000)'), (error) => LabError.is(error, 'query-memory') && !/rows or a smaller range/.test(error.remedy))
  })
})
