import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../errors.ts'
import type { RunState } from '../protocol/runState.ts'
import { AT, newRun, temporaryFolder } from './fixtures.ts'
import { createRun } from './runDirectory.ts'
import { readState } from './stateStore.ts'

const STATE: RunState = { version: 1, runId: 'r', status: 'running', stage: 'rl', step: 3, steps: 9, seconds: 2, updatedAt: AT }

describe('the state of a run', () => {
  it('is read while its trainer holds the run', async () => {
    const run = await createRun(newRun(path.join(temporaryFolder(), 'run')))
    assert.equal(readState(run.path), undefined)
    run.state.write(STATE)
    assert.deepEqual(readState(run.path), STATE)
    run.close()
  })

  it('is read from a plain file of the size told, and from nothing else', () => {
    const directory = temporaryFolder()
    const place = path.join(directory, 'state.json')
    const text = JSON.stringify(STATE)
    fs.writeFileSync(place, text)
    assert.deepEqual(readState(directory, text.length), STATE)
    assert.throws(() => readState(directory, text.length - 1), (error) => LabError.is(error, 'too-large'))
    fs.renameSync(place, path.join(directory, 'elsewhere.json'))
    fs.symlinkSync('elsewhere.json', place)
    assert.throws(() => readState(directory), (error) => LabError.is(error, 'link'))
    fs.rmSync(place)
    const made = spawnSync('mkfifo', [place])
    if (made.status !== 0) fs.mkdirSync(place)
    assert.throws(() => readState(directory), (error) => LabError.is(error, made.status === 0 ? 'not-plain' : 'not-a-file'))
  })
})
