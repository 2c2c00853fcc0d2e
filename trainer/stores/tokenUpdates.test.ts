import assert from 'node:assert/strict'
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { diskFileOps } from './fileOps.ts'
import { openTokenUpdates, readTokenUpdate } from './tokenUpdates.ts'

describe('token updates of a run directory', () => {
  let run: string
  beforeEach(() => (run = mkdtempSync(join(tmpdir(), 'updates-'))))
  afterEach(() => rmSync(run, { recursive: true }))
  const ONE = { id: 't000012.1-000-00', ratios: [1, 0.5, 2.25], clipped: [0, 0, 1] as (0 | 1)[] }
  const OTHER = { id: 't000012.1-000-01', ratios: [1.5] }

  it('are found by the rollout that they are of', () => {
    openTokenUpdates(run, diskFileOps).write(12, [ONE, OTHER])
    assert.deepEqual([readTokenUpdate(run, ONE.id), readTokenUpdate(run, OTHER.id)], [ONE, OTHER])
    for (const id of ['t000012.2-000-00', 't000013.1-000-00', 'e000012.1-000-00', '../../x', '']) assert.equal(readTokenUpdate(run, id), undefined, id)
  })

  it('keep five digits of a ratio', () => {
    openTokenUpdates(run, diskFileOps).write(12, [{ id: ONE.id, ratios: [1.23456789, 0.000123456789, 1e300 / 3] }])
    assert.deepEqual(readTokenUpdate(run, ONE.id)?.ratios, [1.2346, 0.00012346, 3.3333e299])
  })

  it('are not there where a run wrote none', () => {
    assert.equal(readTokenUpdate(run, ONE.id), undefined)
    assert.equal(existsSync(join(run, 'updates')), false)
  })

  it('are those of the last time that a step was done', () => {
    const updates = openTokenUpdates(run, diskFileOps)
    updates.write(12, [ONE])
    updates.write(12, [{ ...ONE, ratios: [1, 1, 1] }])
    assert.deepEqual(readTokenUpdate(run, ONE.id)?.ratios, [1, 1, 1])
    assert.equal(readdirSync(join(run, 'updates')).length, 1)
  })

  it('are read past lines that are none', () => {
    const updates = openTokenUpdates(run, diskFileOps)
    updates.write(12, [OTHER])
    const [file] = readdirSync(join(run, 'updates'))
    appendFileSync(join(run, 'updates', file!), `{"id":"${ONE.id}","ratios":["x"]}\n{oops\n${JSON.stringify(ONE)}\n`)
    assert.deepEqual(readTokenUpdate(run, ONE.id), ONE)
  })

  it('are never read through a link', () => {
    const elsewhere = join(run, 'elsewhere')
    mkdirSync(elsewhere)
    openTokenUpdates(elsewhere, diskFileOps).write(12, [ONE])
    renameSync(join(elsewhere, 'updates'), join(run, 'real'))
    symlinkSync(join(run, 'real'), join(run, 'updates'))
    assert.throws(() => readTokenUpdate(run, ONE.id), { code: 'link' })
  })

  it('refuse numbers that are none', () => {
    assert.throws(() => openTokenUpdates(run, diskFileOps).write(1, [{ id: 't000001.1-000-00', ratios: [NaN] }]), { code: /not-finite/ })
  })
})
