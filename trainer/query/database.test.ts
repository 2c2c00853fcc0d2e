import assert from 'node:assert/strict'
import { QueryDatabase } from './database.ts'
import type { DatabaseLimits } from './database.ts'

const limits: DatabaseLimits = { threads: 1, memoryMegabytes: 100, files: [] }

describe('the database of the query process', () => {
  it('is opened once, by whoever asks first, as limited as it always is', async () => {
    const db = new QueryDatabase({ ...limits, threads: 2 })
    try {
      const settings = "SELECT name, value FROM duckdb_settings() WHERE name IN ('threads', 'memory_limit', 'lock_configuration', 'enable_external_access') ORDER BY name"
      const [, found] = await Promise.all([db.change(['CREATE TABLE shared (n INTEGER)'], { table: 'shared', types: ['INTEGER'], rows: [[7]] }), db.rows(settings)])
      assert.deepEqual(found.map(({ value }) => value), ['false', 'true', '95.3 MiB', '2'])
      assert.deepEqual([...(await db.integers('SELECT n FROM shared'))], [7])
    } finally {
      db.close()
    }
  })

  it('is told to be missing by each who needs it, and looked for again', async () => {
    const broken = { ...limits, memoryMegabytes: NaN }
    const db = new QueryDatabase(broken)
    for (let asked = 0; asked < 2; asked++) await assert.rejects(db.rows('SELECT 1'), { code: 'no-database' })
    broken.memoryMegabytes = limits.memoryMegabytes
    assert.deepEqual(await db.rows('SELECT 1 AS one'), [{ one: 1 }])
    db.close()
  })

  it('is not opened for those who gave up, or once it was closed', async () => {
    const db = new QueryDatabase({ ...limits, memoryMegabytes: NaN })
    await assert.rejects(db.rows('SELECT 1', { signal: AbortSignal.abort() }), { code: 'cancelled' })
    const late = new QueryDatabase(limits)
    late.close()
    await assert.rejects(late.rows('SELECT 1'), { code: 'no-database', message: /was closed/ })
  })

  it('is closed though it was still being opened', async () => {
    const db = new QueryDatabase(limits)
    const asked = db.rows('SELECT 1')
    await new Promise((resolve) => setImmediate(resolve))
    db.close()
    await assert.rejects(asked, { code: 'no-database', message: /was closed/ })
  })
})
