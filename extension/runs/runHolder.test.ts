import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ownIdentity } from '../../trainer/stores/processIdentity.ts'
import { requireUnheld } from './runHolder.ts'

describe('who holds a run', () => {
  let run: string
  beforeEach(() => (run = mkdtempSync(join(tmpdir(), 'held-'))))
  afterEach(() => rmSync(run, { recursive: true }))
  const lock = (holder: object): void => writeFileSync(join(run, 'run.lock'), JSON.stringify({ version: 1, token: 'x', ...holder }))

  it('is asked of its lock: a trainer of a terminal stands in no registry', () => {
    requireUnheld(run)
    lock(ownIdentity())
    assert.throws(() => requireUnheld(run), /taken it up/)
    lock({ ...ownIdentity(), host: 'elsewhere' })
    assert.throws(() => requireUnheld(run), /another machine .* run\.lock/)
  })

  it('is nobody where the process that made the lock has ended', () => {
    lock({ ...ownIdentity(), startedAt: 'another time' })
    requireUnheld(run)
  })
})
