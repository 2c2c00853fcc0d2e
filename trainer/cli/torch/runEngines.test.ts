import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Engine } from '../../engines/engine.ts'
import { createFakeEngine } from '../../engines/fake/fakeEngine.ts'
import { LabError } from '../../errors.ts'
import { RunFile } from '../../protocol/runFile.ts'
import { identityOf } from '../../stores/processIdentity.ts'
import { holdingDevice, runEngines } from './runEngines.ts'

describe('engines of a run', () => {
  let folder: string
  let closed: number
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'engines-'))
    closed = 0
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const engineOn = (device: string): Engine => {
    const engine = createFakeEngine()
    return { ...engine, info: async () => ({ ...(await engine.info()), device }), close: async () => { closed++; await engine.close() } }
  }

  it('hold their device until the last of them is closed', async () => {
    const [first, second] = [await holdingDevice(engineOn('cuda:0'), '/runs/a', folder), await holdingDevice(engineOn('cuda:0'), '/runs/a', folder)]
    await first.close()
    assert.equal(readdirSync(folder).length, 1)
    await second.close()
    assert.deepEqual([readdirSync(folder), closed], [[], 2])
  })

  it('are closed where another run has the device', async () => {
    writeFileSync(join(folder, 'cuda-0.0.lock'), JSON.stringify({ version: 1, ...identityOf(process.ppid), run: '/runs/other' }))
    await assert.rejects(holdingDevice(engineOn('cuda:0'), '/runs/a', folder), (error) => LabError.is(error, 'engine/device-busy') && /\/runs\/other/.test(error.message))
    assert.equal(closed, 1)
    const cpu = await holdingDevice(engineOn('cpu'), '/runs/a', folder)
    await cpu.close()
  })

  it('are not begun where nothing can run them, and need no Python where they are not PyTorch’s', async () => {
    const nothing = { own: [], selected: [], trustedFolders: [], environment: {} }
    const run = RunFile.parse({ engine: 'torch', model: '/m', environment: { name: 'countdown' } })
    await assert.rejects(runEngines(run, '/runs/a', nothing), (error) => LabError.is(error, 'engine/no-python'))
    const { start } = await runEngines({ ...run, engine: 'fake' }, '/runs/a', nothing)
    assert.equal((await (await start({ threads: 1, microBatchTokens: 64 })).info()).name, 'fake')
  })
})
