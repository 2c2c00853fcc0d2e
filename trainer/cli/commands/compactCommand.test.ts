import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newRun, rollout, weighed } from '../../stores/fixtures.ts'
import { createRun } from '../../stores/runDirectory.ts'
import type { RunDirectory } from '../../stores/runDirectory.ts'
import { commandLine } from '../commandLine.fixture.ts'
import { EXIT } from '../exitCodes.ts'

describe('runs that other programs recorded', () => {
  let folder: string
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'lab-')) })
  afterEach(() => rmSync(folder, { recursive: true }))

  /** A run of two sealed steps, open still. */
  async function recordedRun(recorded?: { by: string; rewards: string[] }): Promise<RunDirectory> {
    const run = await createRun(newRun(join(folder, 'r')))
    for (const step of [1, 2]) {
      const open = run.rollouts.openStep({ kind: 'train', step })
      const rows = [0, 1].map((sample) => rollout({ step, group: 0, sample, tokens: 4 }))
      for (const row of rows) open.append(row)
      open.seal(weighed(rows))
    }
    const place = join(folder, 'r', 'run.json')
    if (recorded) writeFileSync(place, JSON.stringify({ ...(JSON.parse(readFileSync(place, 'utf8')) as object), recorded }))
    return run
  }

  it('are compacted on demand, once nobody writes to them', async () => {
    const run = await recordedRun({ by: 'TRL', rewards: [] })
    const busy = await commandLine(folder, ['compact', 'r'])
    assert.deepEqual([busy.code, /is in use/.test(busy.err)], [EXIT.failed, true])
    run.close()
    const { code, out, err } = await commandLine(folder, ['compact', 'r', '--json'])
    assert.equal(code, EXIT.finished, err)
    assert.equal(out, '{"type":"compacted","steps":2}\n')
    assert.deepEqual(readdirSync(join(folder, 'r', 'rollouts')), ['index-00000.parquet', 'shard-00000.parquet', 'text-00000.parquet'])
    assert.equal((await commandLine(folder, ['compact', 'r'])).out, 'Nothing to compact.\n')
  })

  it('are all that is compacted', async () => {
    const run = await recordedRun()
    run.state.write({ version: 1, runId: 'r', status: 'stopped', stage: 'rl', step: 1, steps: 1, seconds: 1, updatedAt: new Date(0).toISOString() })
    const { code, err } = await commandLine(folder, ['compact', 'r'])
    assert.deepEqual([code, err], [EXIT.usage, 'error: r is a run of this trainer, which compacts its runs itself.\n  at r\n  Go on with it: lab resume r\n'])
    run.state.write({ version: 1, runId: 'r', status: 'finished', stage: 'rl', step: 1, steps: 1, seconds: 1, updatedAt: new Date(0).toISOString() })
    run.close()
    assert.match((await commandLine(folder, ['compact', 'r'])).err, /\n {2}It is finished, and there is nothing to do\.\n$/)
    writeFileSync(join(folder, 'file'), '')
    assert.match((await commandLine(folder, ['compact', 'file'])).err, /^error: file is a file\.\n/)
    assert.match((await commandLine(folder, ['compact', 'nowhere'])).err, /There is no directory nowhere/)
  })

  it('cannot be resumed, which is said plainly', async () => {
    const run = await recordedRun({ by: 'TRL 1.16.0 GRPOTrainer', rewards: [] })
    run.close()
    const { code, err } = await commandLine(folder, ['resume', 'r'])
    assert.equal(code, EXIT.usage)
    assert.match(err, /was recorded by TRL 1\.16\.0 GRPOTrainer; it was not started here, so it cannot be resumed here\./)
  })
})
