import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants, getPriority } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { giveWay, giveWayAlike } from './background.ts'

const { PRIORITY_BELOW_NORMAL, PRIORITY_NORMAL } = constants.priority

describe('processes in the background', () => {
  let child: ChildProcess
  beforeEach(() => { child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore', detached: true }) })
  afterEach(() => { child.kill('SIGKILL') })

  /** The weight of the child's session where the system has such groups; a change is taken after a while. */
  async function weighed(): Promise<boolean> {
    const file = `/proc/${child.pid}/autogroup`
    if (!existsSync(file)) return true
    for (let tries = 0; tries < 40; tries++, await pause(50)) if (readFileSync(file, 'utf8').trim().endsWith(`nice ${PRIORITY_BELOW_NORMAL}`)) return true
    return false
  }

  it('give way, with their session', async () => {
    giveWay(child.pid)
    assert.equal(getPriority(child.pid), PRIORITY_BELOW_NORMAL)
    assert.ok(await weighed())
  })

  it('stay as they are where the one that starts them does not give way', () => {
    giveWayAlike(child.pid)
    assert.equal(getPriority(child.pid), PRIORITY_NORMAL)
  })

  it('may be none, or have ended', () => {
    giveWayAlike(undefined)
    giveWay(2 ** 22 + 1)
  })
})
