import assert from 'node:assert/strict'
import { bubblewrapBackend } from '../../trainer/sandbox/bubblewrap/bubblewrapBackend.ts'
import { containerBackend } from '../../trainer/sandbox/container/containerBackend.ts'
import { sandboxExecBackend } from '../../trainer/sandbox/sandboxExec/sandboxExecBackend.ts'
import { unsafeBackend } from '../../trainer/sandbox/unsafe/unsafeBackend.ts'
import { HOSTILE } from './hostile/battery.ts'
import { describeHostile } from './hostileSuite.ts'
import type { SuiteOptions } from './hostileSuite.ts'
import type { SandboxBackend } from '../../trainer/sandbox/sandbox.ts'

const BACKENDS: readonly (readonly [SandboxBackend, SuiteOptions])[] = [
  [bubblewrapBackend({ workers: 2 }), { walls: true, warm: true }],
  [sandboxExecBackend({ workers: 2 }), { walls: true, warm: false }],
  [containerBackend({ workers: 2 }), { walls: true, warm: false }],
  [unsafeBackend({ workers: 2 }), { walls: false, warm: false }]
]

describe('the battery of hostile programs', () => {
  it('has at least 60, each with a name of its own', () => {
    const names = Object.values(HOSTILE).flatMap((programs) => programs.map(({ name }) => name))
    assert.ok(names.length >= 60, `${names.length}`)
    assert.equal(new Set(names).size, names.length)
  })
})

for (const [backend, options] of BACKENDS) {
  const { works, detail } = await backend.probe()
  if (works) describeHostile(backend, options)
  else console.log(`  Hostile programs in ${backend.name}: untested here (${detail}).`)
}
