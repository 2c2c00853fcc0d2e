import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Engine, EngineNotice } from '../../engines/engine.ts'
import { createFakeEngine } from '../../engines/fake/fakeEngine.ts'
import { LabError } from '../../errors.ts'
import { createRunControl, RunStopped } from '../../orchestrator/cancellation.ts'
import { RunFile } from '../../protocol/runFile.ts'
import { identityOf } from '../../stores/processIdentity.ts'
import { deviceHolder, runEngines } from './runEngines.ts'
import type { RunEngines, Waiting } from './runEngines.ts'

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

  const OPTIONS = { threads: 1, microBatchTokens: 64 }

  it('hold their device until the run is over, also while one that died is replaced', async () => {
    const { start, close } = deviceHolder('/runs/a', async () => engineOn('cuda:0'), { folder })
    const first = await start(OPTIONS)
    await first.close()
    assert.deepEqual(readdirSync(folder), ['cuda-0.0.lock'])
    await (await start(OPTIONS)).close()
    close()
    assert.deepEqual([readdirSync(folder), closed], [[], 2])
  })

  it('let go of their device also where several began at once', async () => {
    const { start, close } = deviceHolder('/runs/a', async () => engineOn('cuda:0'), { folder })
    for (const engine of await Promise.all([start(OPTIONS), start(OPTIONS)])) await engine.close()
    assert.deepEqual(readdirSync(folder), ['cuda-0.0.lock'])
    close()
    assert.deepEqual(readdirSync(folder), [])
  })

  it('are closed where another run has the device', async () => {
    writeFileSync(join(folder, 'cuda-0.0.lock'), JSON.stringify({ version: 1, ...identityOf(process.ppid), run: '/runs/other' }))
    const { start, close } = deviceHolder('/runs/a', async () => engineOn('cuda:0'), { folder })
    await assert.rejects(start(OPTIONS), (error) => LabError.is(error, 'engine/device-busy') && /\/runs\/other/.test(error.message))
    close()
    assert.deepEqual([readdirSync(folder), closed], [['cuda-0.0.lock'], 1])
    await (await deviceHolder('/runs/a', async () => engineOn('cpu'), { folder }).start(OPTIONS)).close()
  })

  describe('of a run that waits', () => {
    const lockFile = (): string => join(folder, 'cuda-0.0.lock')
    const told: EngineNotice[] = []
    const options = { ...OPTIONS, onNotice: (notice: EngineNotice) => void told.push(notice) }
    let started: number
    beforeEach(() => {
      told.length = started = 0
      writeFileSync(lockFile(), JSON.stringify({ version: 1, ...identityOf(process.ppid), run: '/runs/other' }))
    })
    const holder = (waiting: Waiting): RunEngines => deviceHolder('/runs/a', async () => { started++; return engineOn('cuda:0') }, { folder, waiting })

    it('are closed until the device is free, which is told once', async function () {
      this.timeout(30_000)
      const { start, close } = holder(createRunControl())
      const starting = start(options)
      setTimeout(() => rmSync(lockFile()), 1500)
      const engine = await starting
      assert.deepEqual([started, closed, readdirSync(folder)], [2, 1, ['cuda-0.0.lock']])
      assert.deepEqual(told.map(({ kind }) => kind), ['waitsForDevice'])
      assert.match(told[0]!.detail, /in use by the run \/runs\/other \(process \d+\)/)
      await engine.close()
      close()
      assert.deepEqual(readdirSync(folder), [])
    })

    it('let go of their device also where several waited for it', async function () {
      this.timeout(30_000)
      const { start, close } = holder(createRunControl())
      const starting = Promise.all([start(options), start(options)])
      setTimeout(() => rmSync(lockFile()), 100)
      for (const engine of await starting) await engine.close()
      assert.deepEqual(readdirSync(folder), ['cuda-0.0.lock'])
      close()
      assert.deepEqual(readdirSync(folder), [])
    })

    for (const stop of ['stop', 'stopNow'] as const) {
      it(`end with the run on ${stop}`, async () => {
        const control = createRunControl()
        const { start } = holder(control)
        setTimeout(() => control[stop](), 20)
        await assert.rejects(start(options), RunStopped)
        assert.deepEqual([started, closed, readdirSync(folder)], [1, 1, ['cuda-0.0.lock']])
      })
    }

    it('fail at once where nobody can be told', async () => {
      await assert.rejects(holder(createRunControl()).start(OPTIONS), (error) => LabError.is(error, 'engine/device-busy'))
    })
  })

  it('are not begun where nothing can run them, and need no Python where they are not PyTorch’s', async () => {
    const nothing = { own: [], selected: [], trustedFolders: [], environment: {} }
    const run = RunFile.parse({ engine: 'torch', model: '/m', environment: { name: 'countdown' } })
    await assert.rejects(runEngines(run, '/runs/a', nothing, '/nowhere'), (error) => LabError.is(error, 'engine/no-python'))
    const { start } = await runEngines({ ...run, engine: 'fake' }, '/runs/a', nothing, '/nowhere')
    assert.equal((await (await start(OPTIONS)).info()).name, 'fake')
  })
})
