import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { AT, newRun, temporaryFolder } from './fixtures.ts'
import { createRun } from './runDirectory.ts'
import { defaultRunsFolder, listRuns, newRunId, runFolderName } from './runsFolder.ts'

describe('runs folder', () => {
  it('makes ids that sort by time and do not collide', () => {
    const ids = ['2024-12-31T23:59:59Z', '2025-01-01T00:00:00Z', '2025-10-01T00:00:00Z'].map((at) => newRunId(new Date(at)))
    assert.deepEqual([...ids].sort(), ids)
    assert.match(ids[1]!, /^20250101-000000-[0-9a-f]{8}$/)
    assert.equal(new Set(Array.from({ length: 200 }, () => newRunId(new Date(0)))).size, 200)
  })

  it('makes names that no file system refuses and no path can hide in', () => {
    assert.equal(runFolderName('countdown', 'Qwen/Qwen3-0.6B', 'id'), 'countdown--Qwen-Qwen3-0.6B--id')
    assert.equal(runFolderName('../..', 'a:b*c?"\u202e', 'id'), 'unnamed--a-b-c--id')
    assert.ok(runFolderName('x'.repeat(500), 'y'.repeat(500), 'id').length < 140)
  })

  it('lists runs with state, newest first; damaged ones with what is wrong; links not at all', async () => {
    const folder = defaultRunsFolder(temporaryFolder())
    assert.deepEqual(listRuns(folder), [])
    const older = await createRun(newRun(path.join(folder, 'a--m--20250101-000000-aaaaaaaa')))
    older.state.write({ version: 1, runId: 'a', status: 'running', stage: 'rl', step: 3, steps: 9, seconds: 2, updatedAt: AT })
    older.close()
    const newer = await createRun(newRun(path.join(folder, 'a--m--20250102-000000-aaaaaaaa')))
    const broken = await createRun(newRun(path.join(folder, 'a--m--20250103-000000-aaaaaaaa')))
    broken.close()
    fs.writeFileSync(path.join(broken.path, 'state.json'), '{')
    fs.symlinkSync(older.path, path.join(folder, 'a--m--20250104-000000-aaaaaaaa'))
    fs.mkdirSync(path.join(folder, 'not a run'))
    const listed = listRuns(folder)
    assert.deepEqual(listed.map((run) => [path.basename(run.directory).slice(6, 14), run.state?.step, run.alive]), [['20250103', undefined, false], ['20250102', undefined, true], ['20250101', 3, false]])
    assert.match(listed[0]!.problem!, /state\.json/)
    newer.close()
  })
})
