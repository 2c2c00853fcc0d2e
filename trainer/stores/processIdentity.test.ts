import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import { mock } from 'node:test'
import { identityOf, isProvenRunning, isRunning, isRunningHere, ownIdentity } from './processIdentity.ts'

describe('processes of this machine', () => {
  it('are told apart by pid and start time, whatever the machine was called', () => {
    const renamed = { ...ownIdentity(), host: 'old-name' }
    assert.deepEqual([isRunning(renamed), isRunningHere(renamed), isProvenRunning(renamed)], ['unknown', true, true])
    const another = { ...renamed, startedAt: 'an earlier boot:17' }
    assert.deepEqual([isRunningHere(another), isProvenRunning(another)], [false, false])
    assert.equal(isProvenRunning({ pid: process.pid }), false)
  })

  it('are asked when they started once for many looks, and whether they are there at each', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    const ended = once(child, 'exit')
    const identity = identityOf(child.pid!)
    assert.equal(isRunningHere(identity), true)
    const read = mock.method(fs, 'readFileSync')
    const asked = (): number => read.mock.calls.filter(({ arguments: [place] }) => String(place).endsWith('boot_id')).length
    try {
      for (let look = 0; look < 5; look++) assert.equal(isRunningHere(identity), true)
      if (process.platform === 'linux') assert.equal(asked(), 0)
    } finally {
      read.mock.restore()
      child.kill('SIGKILL')
    }
    await ended
    assert.equal(isRunningHere(identity), false)
  })
})
