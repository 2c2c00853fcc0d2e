import assert from 'node:assert/strict'
import { LabError } from '../../errors.ts'
import { ModulePool } from './modulePool.ts'
import { Workspace } from './workspace.fixture.ts'

/** Answers `meet` once as many calls as asked for have begun, in whatever process; each call leaves a file. */
const MEETING = `
import { readdirSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
export const reward = {
  score: async ({ completion }, { folder, count }) => {
    if (completion === 'hang') for (;;) {}
    if (completion === 'meet') {
      writeFileSync(folder + '/' + Math.random(), '')
      while (readdirSync(folder).length < count) await setTimeout(5)
    }
    return { score: 1, why: String(process.pid) }
  }
}`

describe('ModulePool', () => {
  let workspace: Workspace
  let pool: ModulePool
  beforeEach(() => {
    workspace = new Workspace()
    workspace.write('met/.keep', '')
    pool = new ModulePool(workspace.approved('meeting.mjs', MEETING), { most: 3 })
  })
  afterEach(() => {
    pool.close()
    workspace.remove()
  })
  const call = async (completion: string, count = 0, seconds = 30): Promise<string> => {
    const answer = await pool.call('reward.score', [{ completion }, { folder: `${workspace.folder}/met`, count }], { seconds })
    return (answer as { why: string }).why
  }

  it('runs calls side by side in processes of their own, as many as it may have', async () => {
    // With the file that keeps the folder, the three that wait for each other make four.
    const pids = await Promise.all(['meet', 'meet', 'meet', 'on', 'on', 'on'].map((what) => call(what, 4)))
    assert.equal(new Set(pids.slice(0, 3)).size, 3)
    assert.equal(new Set(pids).size, 3)
  })

  it('starts no second process for calls that come one after another', async () => {
    const pids = [await call('on'), await call('on'), await call('on')]
    assert.equal(new Set(pids).size, 1)
  })

  it('has a call that hangs cost itself alone', async () => {
    const hung = call('hang', 0, 1)
    const others = Promise.all(Array.from({ length: 6 }, () => call('on')))
    await assert.rejects(hung, (error) => LabError.is(error, 'sandbox/deadline'))
    assert.equal((await others).length, 6)
  })

  it('ends all of its processes when it is closed', async () => {
    const waiting = ['meet', 'meet', 'meet'].map((what) => call(what, 100))
    pool.close()
    for (const one of waiting) await assert.rejects(one)
    await assert.rejects(call('on'), (error) => LabError.is(error, 'sandbox/cancelled'))
  })
})
