import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { newRun, temporaryFolder } from '../stores/fixtures.ts'
import { createRun } from '../stores/runDirectory.ts'
import { listCards } from './runCards.ts'

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
})
