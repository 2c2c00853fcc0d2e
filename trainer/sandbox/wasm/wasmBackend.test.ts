import assert from 'node:assert/strict'
import { Limits } from '../../protocol/execution.ts'
import { quickjsBackend } from '../quickjs/quickjsBackend.ts'
import type { SandboxProbe } from '../sandbox.ts'
import { sqliteBackend } from '../sqlite/sqliteBackend.ts'
import { crashingKind } from './crashingKind.fixture.ts'
import { wasmBackend } from './wasmBackend.ts'

describe('backends in WebAssembly', function () {
  this.timeout(60_000)

  /** One call whose way of failing the text says. */
  const probeOf = (text: string, end = '{"ended":"value","value":1}', kind = crashingKind): Promise<SandboxProbe> => wasmBackend(kind, {
    request: { language: 'javascript', files: [{ path: 'main.js', text }], calls: [{ style: 'stdin', stdin: 'a' }], limits: Limits.parse({}) }, end, detail: 'fine'
  }, {}).probe()

  it('work here, which they show by running something', async () => {
    for (const { probe } of [quickjsBackend(), sqliteBackend()]) assert.equal((await probe()).works, true)
    assert.deepEqual(await probeOf('fine'), { name: 'fake', works: true, detail: 'fine, in processes of their own', remedy: '' })
  })

  it('say what their processes are kept from', async () => {
    const flagged = { ...crashingKind, program: () => ({ ...crashingKind.program(), flags: ['--no-addons'] }) }
    assert.equal((await probeOf('fine', undefined, flagged)).detail, 'fine, in processes that may open no file and start no program')
  })

  it('say what is wrong where another answer comes, a worker dies again and again, or none starts', async () => {
    assert.deepEqual(await probeOf('fine', '{"ended":"value","value":2}'), { name: 'fake', works: false, detail: 'answered {"ended":"value","value":1}', remedy: 'Install Rollout Lab again' })
    assert.match((await probeOf('killed a')).detail, /was ended \(SIGKILL\)/)
    const { works, detail } = await probeOf('fine', '', { ...crashingKind, program: () => ({ url: 'file:///none.mjs', flags: [] }) })
    assert.ok(!works && /could be started/.test(detail), detail)
  })
})
