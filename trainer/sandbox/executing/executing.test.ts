import assert from 'node:assert/strict'
import { createFakeSandbox } from '../fake/fakeSandbox.ts'
import type { SandboxBackend } from '../sandbox.ts'
import { openSandboxes } from './openSandboxes.ts'
import { unlessOverdue } from './overdue.ts'

function backend(name: SandboxBackend['name'], works: boolean, more: Partial<SandboxBackend> = {}): SandboxBackend & { probes: number } {
  const made = {
    name, languages: ['python'] as const, styles: ['call'] as const, runsPrograms: false, probes: 0,
    probe: async () => {
      made.probes += 1
      return { name, works, detail: works ? 'fine' : 'no namespaces', remedy: 'allow them' }
    },
    open: () => ({ ...createFakeSandbox(), name }),
    ...more
  }
  return made
}

describe('openSandboxes', () => {
  it('tries backends in their order, only as far as needed, each once', async () => {
    const [broken, working, spare] = [backend('bubblewrap', false), backend('container', true), backend('sandbox-exec', true)]
    const asked = { kind: 'code', language: 'python', styles: ['call'] } as const
    const { sandboxes, remedy } = await openSandboxes([broken, working, spare], [asked, asked])
    assert.deepEqual(sandboxes.map(({ name }) => name), ['container'])
    assert.deepEqual([broken.probes, working.probes, spare.probes], [1, 1, 0])
    assert.equal(remedy, 'bubblewrap (no namespaces): allow them.')
  })

  it('leaves alone what does not take the task', async () => {
    const [js, programs] = [backend('quickjs', true, { languages: ['javascript'] }), backend('bubblewrap', true, { runsPrograms: true })]
    const { sandboxes } = await openSandboxes([js, programs], [{ kind: 'workspace' }])
    assert.deepEqual([sandboxes.map(({ name }) => name), js.probes], [['bubblewrap'], 0])
    const both = await openSandboxes([js, programs], [{ kind: 'code', language: 'javascript' }, { kind: 'code', language: 'python' }])
    assert.deepEqual(both.sandboxes.map(({ name }) => name), ['quickjs', 'bubblewrap'])
  })

  it('refuses with what would mend it where nothing works', async () => {
    await assert.rejects(openSandboxes([backend('bubblewrap', false)], [{ kind: 'code', language: 'python' }]), {
      code: 'sandbox/no-backend', message: 'No sandbox that works here runs programs in python.', remedy: 'bubblewrap (no namespaces): allow them.'
    })
    await assert.rejects(openSandboxes([], [{ kind: 'workspace' }]), { code: 'sandbox/no-runner', remedy: /lab doctor/ })
  })
})

describe('unlessOverdue', () => {
  it('gives up what never answers and ends it, and passes everything else on', async () => {
    let ended = false
    const hang = (signal: AbortSignal): Promise<never> => new Promise(() => signal.addEventListener('abort', () => (ended = true)))
    await assert.rejects(unlessOverdue(0.001, undefined, hang), { code: 'sandbox/overdue' })
    assert.ok(ended)
    assert.equal(await unlessOverdue(1000, undefined, async () => 5), 5)
    await assert.rejects(unlessOverdue(1000, undefined, () => Promise.reject(new Error('own'))), { message: 'own' })
    const outer = new AbortController()
    const cancelled = unlessOverdue(1000, outer.signal, (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('cancelled')))))
    outer.abort()
    await assert.rejects(cancelled, { message: 'cancelled' })
  })
})
