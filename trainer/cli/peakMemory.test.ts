import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { watchMemory } from './peakMemory.ts'

const MEGABYTES = 80

describe('peak memory', () => {
  it('counts this process and its children, also once they have gone', async () => {
    const watch = watchMemory()
    watch.look()
    const alone = watch.peak()
    const child = spawn(process.execPath, ['-e', `globalThis.kept = Buffer.alloc(${MEGABYTES}e6, 1); console.log('ready'); setInterval(() => {}, 1e6)`])
    const ended = once(child, 'exit')
    await once(child.stdout, 'data')
    watch.look()
    const both = watch.peak()
    child.kill('SIGKILL')
    await ended
    watch.look()
    if (process.platform !== 'linux') return assert.deepEqual([alone, both], [undefined, undefined])
    assert.ok(both! - alone! > MEGABYTES * 1e6, `${alone} ${both}`)
    assert.ok(watch.peak()! >= both!)
    assert.ok(alone! > process.memoryUsage.rss() * 0.5)
  })
})
