import assert from 'node:assert/strict'
import { mkdtempSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { recordedEnd } from './recordedEnd.ts'

const STATE = { version: 1, runId: 'r', status: 'stopped', stage: 'rl', step: 3, steps: 9, seconds: 1, updatedAt: '2026-01-01T00:00:00.000Z' } as const

describe('how a run ended, as its directory records it', () => {
  let directory = ''
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'lab-'))))
  afterEach(() => rmSync(directory, { recursive: true }))

  const recorded = (state: object): unknown => {
    writeFileSync(join(directory, 'state.json'), JSON.stringify(state))
    return recordedEnd(directory, 'r')
  }

  it('is told of this run where it has ended', () => {
    for (const status of ['finished', 'stopped', 'failed']) assert.deepEqual(recorded({ ...STATE, status }), { ...STATE, status })
    for (const status of ['running', 'paused']) assert.equal(recorded({ ...STATE, status }), undefined)
    assert.equal(recorded({ ...STATE, runId: 'another' }), undefined)
  })

  it('is unknown where the record is missing, damaged, too large or a link', () => {
    assert.equal(recordedEnd(directory, 'r'), undefined)
    assert.equal(recordedEnd(join(directory, 'gone'), 'r'), undefined)
    assert.equal(recorded({ ...STATE, step: -1 }), undefined)
    assert.notEqual(recorded(STATE), undefined)
    const [place, elsewhere] = [join(directory, 'state.json'), join(directory, 'elsewhere.json')]
    renameSync(place, elsewhere)
    symlinkSync(elsewhere, place)
    assert.equal(recordedEnd(directory, 'r'), undefined)
    rmSync(place)
    writeFileSync(place, `${JSON.stringify(STATE)}${' '.repeat(300_000)}`)
    assert.equal(recordedEnd(directory, 'r'), undefined)
    truncateSync(place, 5)
    assert.equal(recordedEnd(directory, 'r'), undefined)
  })
})
