import assert from 'node:assert/strict'
import { programEcho } from '../orchestrator/programs.fixture.ts'
import { echo } from '../orchestrator/run.fixture.ts'
import { RunFile } from '../protocol/runFile.ts'
import { createFakeSandbox } from '../sandbox/fake/fakeSandbox.ts'
import type { FakeSandbox } from '../sandbox/fake/fakeSandbox.ts'
import type { SandboxBackend } from '../sandbox/sandbox.ts'
import { RunExecutor } from './runExecutor.ts'

const execution = RunFile.shape.execution.parse(undefined)
const programs = { environment: programEcho, options: {} }
const plain = { environment: echo as never, options: echo.options.parse({}) }

function backend(works: boolean): { readonly backend: SandboxBackend; readonly sandbox: FakeSandbox; readonly probes: () => number } {
  const sandbox = createFakeSandbox({ languages: ['javascript'] })
  let probes = 0
  const { name, languages, styles } = sandbox
  const probe: SandboxBackend['probe'] = async () => ({ name, works, detail: `look ${++probes}`, remedy: 'mend it' })
  return { sandbox, probes: () => probes, backend: { name, languages, styles, runsPrograms: false, probe, open: () => sandbox } }
}

describe('the executor of a command', () => {
  it('tries and starts nothing where no completion is a program', async () => {
    const one = backend(true)
    assert.equal(await new RunExecutor({ backends: () => [one.backend] }).open({ environments: [plain], execution, seed: 1 }), undefined)
    assert.equal(one.probes(), 0)
  })

  it('opens what is needed, and closes it', async () => {
    const one = backend(true)
    const executors = new RunExecutor({ backends: () => [one.backend] })
    const executor = await executors.open({ environments: [plain, programs], execution, seed: 1 })
    assert.deepEqual(executor?.backendFor({ kind: 'code', language: 'javascript' }), { backend: 'fake' })
    await executors.close()
    assert.ok(one.sandbox.closed())
  })

  it('says what would mend it where nothing works, and can be closed all the same', async () => {
    const executors = new RunExecutor({ backends: () => [backend(false).backend] })
    await assert.rejects(executors.open({ environments: [programs], execution, seed: 1 }), { code: 'sandbox/no-backend', remedy: 'fake (look 1): mend it.' })
    await executors.close()
  })
})
