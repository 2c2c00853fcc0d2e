import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newRun } from '../../trainer/stores/fixtures.ts'
import { createRun } from '../../trainer/stores/runDirectory.ts'
import { TestQueries } from './queryServer.ts'

describe('the query process before anything needs its database', function () {
  this.timeout(60_000)
  const folder = mkdtempSync(join(tmpdir(), 'rollout-lab-runs-'))
  const queries = new TestQueries()
  before(function () {
    // Which libraries a process has loaded is read from /proc.
    if (process.platform !== 'linux') this.skip()
  })
  after(() => {
    queries.close()
    rmSync(folder, { recursive: true })
  })

  it('lists runs without DuckDB, which a list of rollouts loads', async () => {
    const run = join(folder, 'run')
    await (await createRun(newRun(run))).close()
    const hasDuckDb = (): boolean => readFileSync(`/proc/${queries.pid}/maps`, 'utf8').includes('duckdb')
    const { runs } = await queries.ask('runs/list', { folders: [folder] })
    await queries.ask('runs/watch', { runs: [run], folders: [folder] })
    assert.deepEqual([runs.map(({ directory }) => directory), hasDuckDb()], [[run], false])
    await queries.ask('rollouts/open', { runs: [run], filter: {}, sort: { by: 'recorded', descending: true }, by: 'rollouts', follow: false })
    assert.equal(hasDuckDb(), true)
  })
})
