import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CodeTask } from '../../trainer/protocol/execution.ts'
import { createExecutor } from '../../trainer/sandbox/createExecutor.ts'
import type { Executor } from '../../trainer/sandbox/executor.ts'
import { sqliteBackend } from '../../trainer/sandbox/sqlite/sqliteBackend.ts'
import { BOMBS, ESCAPES, WRITES } from './sqlite/queries.ts'
import type { HostileQuery } from './sqlite/queries.ts'

const QUERIES: Readonly<Record<string, readonly HostileQuery[]>> = { 'want to write': WRITES, 'reach for more': ESCAPES, 'take too much': BOMBS }
const SECRET = 'rollout-lab-canary-b73e'

const task = (sql: string, wallSeconds = 60): CodeTask => CodeTask.parse({
  kind: 'code', language: 'sql', files: [{ path: 'query.sql', text: sql }], limits: { wallSeconds, cpuSeconds: 60 },
  tests: [{ name: 'names', visible: true, style: 'query', ordered: true, schema: "CREATE TABLE t (id, name); INSERT INTO t VALUES (2, 'b'), (1, 'a'), (3, 'c')", gold: 'SELECT name FROM t ORDER BY name' }]
})

describe('hostile queries in SQLite', function () {
  this.timeout(60_000)
  let executor: Executor
  let folder: string
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rollout-lab-hostile-'))
    writeFileSync(join(folder, 'secret.db'), SECRET)
    executor = createExecutor({ sandboxes: [await sqliteBackend({ workers: 1 }).open()], retries: 0, concurrency: 1 })
  })
  after(async () => {
    await executor.close()
    rmSync(folder, { recursive: true })
  })

  for (const [kind, queries] of Object.entries(QUERIES)) {
    describe(`that ${kind}`, () => {
      for (const { name, sql, verdict, signals = [], endless } of queries) {
        it(name, async () => {
          const record = await executor.run(task(sql.replaceAll('$FILE', join(folder, 'secret.db')), endless && 0.3))
          const [judged] = record.tests
          assert.equal(record.failure, null)
          assert.ok([verdict].flat().includes(judged!.verdict!), JSON.stringify(judged))
          if (judged!.verdict !== 'forbidden' || signals.length > 0) assert.deepEqual(record.signals.map((signal) => signal.kind), signals)
          assert.ok(!JSON.stringify({ ...record, files: [] }).includes(SECRET))
          const next = await executor.run(task('SELECT name FROM t ORDER BY id'))
          assert.deepEqual(next.tests.map((test) => [test.verdict, test.got]), [['pass', '[["a"], ["b"], ["c"]]']])
        })
      }
    })
  }

  it('left every file as it was', () => assert.deepEqual(readdirSync(folder), ['secret.db']))
})
