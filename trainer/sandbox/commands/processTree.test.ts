import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { descendants, usageOfDescendants } from './processTree.ts'

const linux = process.platform === 'linux' ? describe : describe.skip

/** A Node that starts another, which takes memory and says so through both. */
const NESTED = `
const { spawn } = require('node:child_process')
const inner = spawn(process.execPath, ['-e', 'const kept = Buffer.alloc(64 << 20, 1); console.log(process.pid); setInterval(() => kept.length, 1000)'], { stdio: ['ignore', 'inherit', 'inherit'] })
setInterval(() => inner.pid, 1000)
`

linux('the processes below one', () => {
  let outer: ChildProcess
  let inner: number
  before(async () => {
    outer = spawn(process.execPath, ['-e', NESTED], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [text] = (await once(outer.stdout!, 'data')) as [Buffer]
    inner = Number(text.toString())
  })
  after(() => {
    process.kill(inner, 'SIGKILL')
    outer.kill('SIGKILL')
  })

  it('are found at every depth, without the one itself', () => {
    assert.deepEqual(descendants(outer.pid!), [inner])
    assert.ok([outer.pid!, inner].every((pid) => descendants(process.pid).includes(pid)))
    assert.deepEqual(descendants(inner), [])
  })

  it('are summed: memory, time, processes with their threads', () => {
    const one = usageOfDescendants(outer.pid!)
    assert.ok(one.bytes > 64 << 20 && one.bytes < 512 << 20, `${one.bytes}`)
    assert.ok(one.cpuSeconds > 0 && one.processes > 1)
    assert.deepEqual(usageOfDescendants(inner), { bytes: 0, cpuSeconds: 0, processes: 0 })
  })

  it('are none of a process that does not exist', () => assert.deepEqual(descendants(2 ** 30), []))
})
