import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { temporaryFolder } from '../../stores/fixtures.ts'
import { createCopyPool } from './copyPool.ts'

const GUARD = new URL('folderGuard.ts', import.meta.url).href

/** Until a folder is gone; the time of the test is the only limit. */
async function gone(folder: string): Promise<void> {
  while (fs.existsSync(folder)) await sleep(20)
}

describe('guard of a folder', function () {
  this.timeout(30_000)

  it('removes it when its process is killed, with closed folders in it and processes that name it', async () => {
    const folder = path.join(temporaryFolder(), 'guarded')
    fs.mkdirSync(path.join(folder, 'closed', 'deep'), { recursive: true })
    fs.writeFileSync(path.join(folder, 'closed', 'deep', 'file'), '')
    fs.chmodSync(path.join(folder, 'closed'), 0)
    const left = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', folder], { detached: true, stdio: 'ignore' })
    const ended = once(left, 'exit')
    const guarded = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', `import { guardFolder } from '${GUARD}'\nguardFolder(process.env.FOLDER)\nconsole.log('guarded')\nsetInterval(() => {}, 1000)`], {
      stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, FOLDER: folder }
    })
    await once(guarded.stdout, 'data')
    assert(fs.existsSync(folder))
    guarded.kill('SIGKILL')
    await gone(folder)
    await ended
    assert.equal(left.signalCode, 'SIGKILL')
  })

  it('has nothing to do where the pool was closed', async () => {
    const parent = temporaryFolder()
    const pool = createCopyPool(parent)
    assert.equal(fs.readdirSync(parent).length, 1)
    pool.close()
    assert.deepEqual(fs.readdirSync(parent), [])
  })

  it('leaves to the next process what a machine that went down could not remove, and nothing of living ones', () => {
    const parent = temporaryFolder()
    const living = createCopyPool(parent)
    for (const name of ['999999999-dead', '1-of-init.new', 'not-ours']) fs.mkdirSync(path.join(parent, name))
    fs.writeFileSync(path.join(parent, '999999999-dead', 'owner.json'), '{"host":')
    const before = fs.readdirSync(parent).filter((name) => name.startsWith(`${process.pid}-`))
    createCopyPool(parent).close()
    assert.deepEqual(fs.readdirSync(parent).sort(), [...before, '1-of-init.new'].sort())
    living.close()
  })
})
