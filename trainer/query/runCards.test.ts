import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import type { RunState } from '../protocol/runState.ts'
import { AT, newRun, temporaryFolder } from '../stores/fixtures.ts'
import { createRun, openRun } from '../stores/runDirectory.ts'
import { listCards } from './runCards.ts'
import { signatureOfFolder } from './runSignature.ts'

describe('the list of runs', () => {
  it('shows all of them where the record of one is nested too deep to be checked', async () => {
    const folder = temporaryFolder()
    for (const name of ['fine', 'forged']) (await createRun(newRun(path.join(folder, name)))).close()
    const place = path.join(folder, 'forged', 'run.json')
    const { run, ...rest } = JSON.parse(fs.readFileSync(place, 'utf8')) as { run: object }
    const deep = `${'['.repeat(5000)}${']'.repeat(5000)}`
    fs.writeFileSync(place, JSON.stringify({ ...rest, run: { ...run, environment: { name: 'countdown', options: { depth: 'HERE' } } } }).replace('"HERE"', deep))
    const { runs, notices } = listCards([folder])
    assert.deepEqual(runs.map(({ name, status }) => [name, status]).sort(), [['fixture', 'interrupted'], ['forged', 'damaged']])
    assert.match(runs.find(({ status }) => status === 'damaged')!.problem!, /run\.json cannot be read: nested more than 200 levels deep/)
    assert.deepEqual(notices, [])
  })

  it('shows a run as running that a process holds, however its last go ended, and looks again when it lets go', async () => {
    const folder = temporaryFolder()
    const directory = path.join(folder, 'run')
    const error = { code: 'disk-full', message: 'The disk is full.', remedy: 'Free some space.' }
    const shown = (): readonly unknown[] => listCards([folder]).runs.map(({ status, problem }) => [status, problem])
    const run = await createRun(newRun(directory))
    const record = (status: RunState['status'], failed: Pick<RunState, 'error'> = {}): void =>
      run.state.write({ version: 1, runId: run.record.runId, status, stage: 'rl', step: 3, steps: 9, seconds: 1, updatedAt: AT, ...failed })
    for (const status of ['stopped', 'failed', 'running'] as const) {
      record(status)
      assert.deepEqual(shown(), [['running', undefined]], status)
    }
    for (const status of ['paused', 'finished'] as const) {
      record(status)
      assert.deepEqual(shown(), [[status, undefined]])
    }
    record('failed', { error })
    run.close()
    const before = signatureOfFolder(folder)
    assert.deepEqual(shown(), [['failed', 'The disk is full. Free some space.']])
    const again = await openRun(directory)
    assert.notEqual(signatureOfFolder(folder), before)
    assert.deepEqual(shown(), [['running', undefined]])
    again.close()
    const lock = path.join(directory, 'run.lock')
    fs.writeFileSync(lock, JSON.stringify({ version: 1, host: 'elsewhere', pid: 1, token: 'x', startedAt: '1' }))
    assert.deepEqual(shown(), [['running', undefined]])
  })
})
