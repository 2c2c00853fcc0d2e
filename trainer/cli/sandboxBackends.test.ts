import assert from 'node:assert/strict'
import { RunFile } from '../protocol/runFile.ts'
import { sandboxBackends } from './sandboxBackends.ts'

describe('sandboxBackends', () => {
  const names = (options?: { readonly unsafe?: boolean }): string[] => sandboxBackends(options).map(({ name }) => name)

  it('has a plain process only where people said so, as the last resort', () => {
    assert.equal(names().includes('unsafe'), false)
    assert.equal(names({ unsafe: false }).includes('unsafe'), false)
    assert.deepEqual(names({ unsafe: true }), [...names(), 'unsafe'])
  })

  it('begins with what needs nothing installed', () => assert.deepEqual(names().slice(0, 2), ['quickjs', 'sqlite']))

  it('cannot be chosen by a run file, nor an interpreter', () => {
    const run = { name: 'x', environment: { name: 'function-synthesis' }, model: './model' }
    for (const execution of [{ sandbox: 'unsafe' }, { unsafe: true }, { unsafeSandbox: true }, { backend: 'unsafe' }, { python: '/tmp/python' }, { interpreter: '/bin/sh' }]) {
      const { error } = RunFile.safeParse({ ...run, execution })
      assert.ok(error?.issues.some(({ path, code }) => path[0] === 'execution' && code === 'unrecognized_keys'), JSON.stringify(execution))
    }
  })
})
