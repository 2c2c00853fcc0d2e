import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { LabError } from '../errors.ts'
import { diskFileOps } from './fileOps.ts'
import { temporaryFolder } from './fixtures.ts'
import { isRunning, ownIdentity } from './processIdentity.ts'
import type { RecoveryNote } from './recovery.ts'
import { lockHolder, lockRun, removeLockDrafts } from './runLock.ts'
import type { RunLock } from './runLock.ts'

const ignore = (): void => undefined

function folderWithLock(lock: object | string): string {
  const folder = temporaryFolder()
  fs.writeFileSync(path.join(folder, 'run.lock'), typeof lock === 'string' ? lock : JSON.stringify({ version: 1, token: 'other', ...lock }))
  return folder
}

/** Pid of a process that has ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid
}

describe('run lock', () => {
  it('is held by one, and free again after its release', () => {
    const folder = temporaryFolder()
    assert.equal(lockHolder(folder), 'none')
    const lock = lockRun(folder, diskFileOps, ignore)
    assert.equal(lockHolder(folder), 'alive')
    assert.throws(() => lockRun(folder, diskFileOps, ignore), (error) => LabError.is(error, 'run-in-use') && error.message.includes(String(process.pid)))
    lock.release()
    lockRun(folder, diskFileOps, ignore).release()
    assert.deepEqual(fs.readdirSync(folder), [])
  })

  for (const [what, lock] of [
    ['a process that has ended', () => ({ host: os.hostname(), pid: deadPid(), startedAt: 'x' })],
    ['a process whose pid another one has now', () => ({ ...ownIdentity(), startedAt: 'an earlier boot:17' })],
    ['a process killed while making it', () => '{"version":1,"pid":'],
    ['nobody that could be', () => ({ host: os.hostname(), pid: 2 ** 40, startedAt: 'x' })]
  ] as const) {
    it(`is taken over from ${what}`, () => {
      const folder = folderWithLock(lock())
      const notes: RecoveryNote[] = []
      const taken = lockRun(folder, diskFileOps, (note) => notes.push(note))
      assert.deepEqual(notes.map((note) => note.what), ['left lock'])
      assert.deepEqual(fs.readdirSync(folder), ['run.lock'])
      taken.release()
    })
  }

  it('is not taken from another machine, nor from a process that lives', () => {
    const elsewhere = folderWithLock({ host: 'elsewhere\u001b[31m', pid: 1, startedAt: 'x' })
    assert.throws(() => lockRun(elsewhere, diskFileOps, ignore), (error) => LabError.is(error, 'run-in-use') && error.remedy.includes('run.lock') && !error.message.includes('\u001b'))
    assert.equal(lockHolder(elsewhere), 'unknown')
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    try {
      const folder = folderWithLock({ host: os.hostname(), pid: child.pid! })
      assert.throws(() => lockRun(folder, diskFileOps, ignore), (error) => LabError.is(error, 'run-in-use'))
    } finally {
      child.kill('SIGKILL')
    }
  })

  it('does not remove a lock that another process has taken meanwhile', () => {
    const folder = temporaryFolder()
    const lock = lockRun(folder, diskFileOps, ignore)
    fs.writeFileSync(path.join(folder, 'run.lock'), JSON.stringify({ version: 1, ...ownIdentity(), token: 'another' }))
    lock.release()
    assert.deepEqual(fs.readdirSync(folder), ['run.lock'])
  })

  it('gives a dead lock to one of two processes that find it at once', () => {
    const folder = folderWithLock({ host: os.hostname(), pid: deadPid(), startedAt: 'x' })
    let second: unknown
    // The second process does everything between the first one's look at the dead lock and its move.
    const ops = { ...diskFileOps, rename: (from: string, to: string) => {
      second ??= lockRun(folder, diskFileOps, ignore)
      diskFileOps.rename(from, to)
    } }
    assert.throws(() => lockRun(folder, ops, ignore), (error) => LabError.is(error, 'run-in-use'))
    assert.equal(lockHolder(folder), 'alive')
    assert.deepEqual(fs.readdirSync(folder), ['run.lock'])
  })

  it('refuses whoever drafts a lock while the one that has it tidies up', () => {
    const folder = temporaryFolder()
    let holder: RunLock | undefined
    // Between the second one's draft and its link, the first takes the lock and removes what it finds.
    const ops = { ...diskFileOps, link: (from: string, to: string) => {
      if (holder === undefined) {
        holder = lockRun(folder, diskFileOps, ignore)
        fs.rmSync(from)
      }
      diskFileOps.link(from, to)
    } }
    assert.throws(() => lockRun(folder, ops, ignore), (error) => LabError.is(error, 'run-in-use'))
    assert.deepEqual(fs.readdirSync(folder), ['run.lock'])
    holder?.release()
  })

  it('refuses whoever finds a dead lock moved away and taken by another process', () => {
    const folder = folderWithLock({ host: os.hostname(), pid: deadPid(), startedAt: 'x' })
    let holder: RunLock | undefined
    const ops = { ...diskFileOps, rename: (from: string, to: string) => {
      diskFileOps.rename(from, to)
      if (holder !== undefined) return
      holder = lockRun(folder, diskFileOps, ignore)
      removeLockDrafts(folder, diskFileOps)
    } }
    assert.throws(() => lockRun(folder, ops, ignore), (error) => LabError.is(error, 'run-in-use'))
    assert.deepEqual(fs.readdirSync(folder), ['run.lock'])
    holder?.release()
  })

  it('leaves no drafts of dead processes, and those of living ones where they are', () => {
    const folder = temporaryFolder()
    const draft = (letter: string, content: string): void => fs.writeFileSync(path.join(folder, `run.lock.${letter.repeat(32)}`), content)
    const record = { version: 1, host: os.hostname(), token: 'x' }
    draft('a', JSON.stringify({ ...record, pid: deadPid() }))
    draft('b', JSON.stringify({ ...record, ...ownIdentity() }))
    draft('c', '{"version":1,"pi')
    removeLockDrafts(folder, diskFileOps)
    assert.deepEqual(fs.readdirSync(folder), [`run.lock.${'b'.repeat(32)}`])
  })

  it('works where the file system has no hard links', () => {
    const folder = temporaryFolder()
    const ops = { ...diskFileOps, link: () => { throw Object.assign(new Error('no links'), { code: 'EPERM' }) } }
    const lock = lockRun(folder, ops, ignore)
    assert.throws(() => lockRun(folder, ops, ignore), (error) => LabError.is(error, 'run-in-use'))
    lock.release()
    assert.deepEqual(fs.readdirSync(folder), [])
  })

  it('knows processes by pid and start time', () => {
    assert.equal(isRunning(ownIdentity()), true)
    assert.equal(isRunning({ ...ownIdentity(), startedAt: 'earlier' }), false)
    assert.equal(isRunning({ ...ownIdentity(), pid: deadPid() }), false)
  })
})
