import assert from 'node:assert/strict'
import { createFakeEngine } from '../../engines/fake/fakeEngine.ts'
import { LabError } from '../../errors.ts'
import type { SandboxBackend, SandboxProbe } from '../../sandbox/sandbox.ts'
import type { ProbePython, PythonReport } from '../../engines/torch/probePython.ts'
import { doctorCommand } from '../commands/doctorCommand.ts'
import { compose } from '../compose.ts'
import { EXIT } from '../exitCodes.ts'
import { testHost } from '../testHost.fixture.ts'
import { checkEngine } from './checkEngine.ts'
import { checkDisk, checkNode } from './checkMachine.ts'
import { checkGit, checkGpu } from './checkPrograms.ts'
import { checkSandboxes } from './checkSandboxes.ts'
import { checkTorch } from './checkTorch.ts'
import { checkVllm } from './checkVllm.ts'
import { execute } from './execute.ts'
import type { Execute, Executed } from './execute.ts'
import type { Finding } from './finding.ts'

/** A machine on which these programs answer so; the others do not exist. */
const machine = (programs: Record<string, Partial<Executed>>): Execute => async (file) =>
  file in programs ? { code: 0, stdout: '', stderr: '', exists: true, ...programs[file] } : { code: null, stdout: '', stderr: '', exists: false }
const backend = (probe: SandboxProbe): SandboxBackend => ({
  name: probe.name, languages: ['python'], styles: ['call'], runsPrograms: true, probe: async () => probe, open: () => assert.fail('only tried')
})
const SOURCES = { chosen: { path: '/p/python', by: '--python' }, own: [], selected: [], trustedFolders: [], environment: {} }
const answering = (packages: Record<string, string | null>, more: Partial<PythonReport> = {}): ProbePython => async () =>
  ({ kind: 'answered', report: { version: '3.12.1', prefix: '/p', isEnvironment: true, packages: { safetensors: '0.6', pip: '25', ...packages }, ...more } })

describe('doctor', () => {
  it('tells a Python that runs PyTorch from one that lacks it, one that fails and none', async () => {
    const open = async (): ReturnType<Parameters<typeof checkTorch>[0]['open']> => createFakeEngine()
    const all = { torch: '2.13.0', transformers: '5.0', peft: null, accelerate: '1.0' }
    const devices = [{ kind: 'cuda' as const, name: 'NVIDIA X', memoryBytes: 8e10 }, { kind: 'cpu' as const, name: 'CPU' }]
    assert.deepEqual(await checkTorch({ sources: SOURCES, open, probe: answering(all, { devices }) }), {
      name: 'engine torch', state: 'ok', required: false,
      detail: 'runs on cpu; /p/python, chosen by --python: Python 3.12.1, torch 2.13.0, transformers 5.0, no peft, accelerate 1.0; NVIDIA X (80 GB, cuda)'
    })
    const bare = await checkTorch({ sources: SOURCES, open, probe: answering({ torch: null, transformers: '5.1' }) })
    assert.deepEqual([bare.state, bare.detail, bare.remedy], [
      'missing', '/p/python, chosen by --python, (Python 3.12.1) lacks torch.', 'Run: /p/python -m pip install "torch>=2.11,<2.14"'
    ])
    const torn = await checkTorch({ sources: SOURCES, open, probe: answering(all, { broken: 'OSError: libcudart.so' }) })
    assert.equal(torn.state, 'broken')
    assert.match(torn.detail, /cannot import torch and transformers: OSError: libcudart\.so/)
    const none = await checkTorch({ sources: { ...SOURCES, chosen: undefined }, open, probe: answering(all) })
    assert.deepEqual([none.state, /setup-torch/.test(none.remedy ?? '')], ['missing', true])
    const died = await checkTorch({ sources: SOURCES, probe: answering(all), open: () => Promise.reject(new LabError('engine', 'engine/no-start', 'it ended', { remedy: 'look' })) })
    assert.deepEqual([died.state, died.detail, died.remedy], ['broken', 'it ended', 'look'])
  })

  it('tries the Python that is named for vLLM, and says nothing where none is', async () => {
    const sources = { ...SOURCES, vllm: { path: '/v/python', by: '--vllm-python' } }
    const asked: unknown[] = []
    const check = async (packages: Record<string, string | null>, more: Partial<PythonReport> = {}): Promise<[string, string, string | undefined]> => {
      const probe: ProbePython = (path, options) => {
        asked.push([path, options])
        return answering(packages, more)(path, options)
      }
      const [{ state, detail, remedy }] = (await checkVllm(sources, probe)) as [Finding]
      return [state, detail, remedy]
    }
    assert.deepEqual(await checkVllm(SOURCES, () => assert.fail('nothing is named')), [])
    assert.deepEqual(await check({ vllm: '0.16.0' }), ['ok', '/v/python, named by --vllm-python: Python 3.12.1, vllm 0.16.0', undefined])
    assert.deepEqual(asked, [['/v/python', { vllm: true }]])
    const install = 'Run: uv pip install --python /v/python "vllm>=0.16,<1"'
    assert.deepEqual(await check({ vllm: null }), ['missing', '/v/python, named by --vllm-python, (Python 3.12.1) lacks vllm.', install])
    assert.deepEqual(await check({ vllm: '0.15.1' }), ['broken', '/v/python, named by --vllm-python, has vllm 0.15.1; 0.16 or newer is needed.', install])
    assert.deepEqual(await check({ vllm: '0.20.0' }, { broken: 'ImportError: libcuda.so.1' }), ['broken', '/v/python, named by --vllm-python, cannot import vllm 0.20.0: ImportError: libcuda.so.1', `${install} --reinstall`])
    const [absent] = await checkVllm(sources, async () => ({ kind: 'absent' }))
    assert.deepEqual([absent?.state, absent?.detail], ['missing', '/v/python, named by --vllm-python, does not exist.'])
    const [silent] = await checkVllm(sources, async () => ({ kind: 'silent', said: 'no such option' }))
    assert.deepEqual([silent?.state, silent?.detail], ['broken', '/v/python, named by --vllm-python, did not answer as Python does; it said: no such option.'])
  })

  it('tells a GPU from a broken driver and from none', async () => {
    assert.deepEqual(await checkGpu(machine({ 'nvidia-smi': { stdout: 'NVIDIA X, 80000 MiB, 550.1\n' } })), { name: 'GPU', state: 'ok', required: false, detail: 'NVIDIA X, 80000 MiB, 550.1' })
    assert.equal((await checkGpu(machine({ 'nvidia-smi': { code: 9, stderr: 'no driver\nmore' } }))).detail, 'no driver')
    assert.equal((await checkGpu(machine({}))).state, 'missing')
  })

  it('tells the sandboxes that run from those that do not and what would mend them', async () => {
    const works = backend({ name: 'bubblewrap', works: true, detail: 'Python 3.12 in namespaces', remedy: '' })
    const forbidden = backend({ name: 'container', works: false, detail: 'no docker', remedy: 'Install docker' })
    assert.deepEqual(await checkSandboxes([works, forbidden]), [
      { name: 'sandbox bubblewrap', state: 'ok', required: false, detail: 'python, tests of workspaces: Python 3.12 in namespaces' },
      { name: 'sandbox container', state: 'missing', required: false, detail: 'does not run here: no docker', remedy: 'Install docker' }
    ])
  })

  it('finds old Nodes, git and room on the disk', async () => {
    assert.deepEqual(['20.19.0', '22.0.0', '20.18.9', '18.20.0'].map((version) => checkNode(version).state), ['ok', 'ok', 'broken', 'broken'])
    assert.equal((await checkGit(machine({ git: { stdout: 'git version 2.40\n' } }))).detail, 'git version 2.40')
    assert.equal((await checkGit(machine({}))).state, 'missing')
    assert.match(checkDisk('.').detail, /free in \.$/)
    assert.equal(checkDisk('/no/such/folder').state, 'broken')
    const readOnly = checkDisk('/', () => { throw Object.assign(new Error('refused'), { code: 'EROFS' }) })
    assert.deepEqual([readOnly.state, readOnly.detail], ['broken', 'Nothing can be written into /: the file system is read-only (EROFS)'])
  })

  it('samples with the engine and closes it', async () => {
    let closed = 0
    const open = async (): ReturnType<Parameters<typeof checkEngine>[0]> => ({ ...createFakeEngine(), close: async () => void closed++ })
    assert.deepEqual(await checkEngine(open), { name: 'engine onnx (embedded)', state: 'ok', required: true, detail: 'runs on cpu (fake 1)' })
    assert.equal(closed, 1)
    const failed = await checkEngine(() => Promise.reject(new LabError('engine', 'engine/no-start', 'no native module', { remedy: '' })))
    assert.deepEqual([failed.state, failed.detail, failed.remedy], ['broken', 'no native module', 'Install the packages again: npm ci'])
  })

  it('runs programs without a shell and survives those that do not exist', async () => {
    assert.equal((await execute(process.execPath, ['-p', '"a b"'])).stdout, 'a b\n')
    assert.equal((await execute(process.execPath, ['-e', 'process.exit(3)'])).code, 3)
    assert.deepEqual(await execute('no-such-program-here', []), { code: null, stdout: '', stderr: '', exists: false })
  })

  it('reports in words with what mends each thing, or as JSON; fails where nothing can train', async () => {
    const run = machine({ git: { stdout: 'git version 2.40' } })
    const tried = backend({ name: 'quickjs', works: true, detail: 'works', remedy: '' })
    const services = { ...compose('/nowhere'), openEngine: async () => createFakeEngine(), sandboxBackends: () => [tried], pythons: () => ({ own: [], selected: [], trustedFolders: [], environment: {} }) }
    const host = testHost({ cwd: '.' })
    assert.equal(await doctorCommand(host, services, { json: false }, run), EXIT.finished)
    assert.match(host.out(), /^✓ Node +\d/)
    assert.match(host.out(), /– engine torch +There is no Python to run PyTorch with\.[^\n]*\n +→ Run `lab setup-torch`/)
    assert.match(host.out(), /Ready to train\.\n$/)
    const called = { ...testHost({ cwd: '.' }), command: 'npm run -s lab --' }
    await doctorCommand(called, services, { json: false }, run)
    assert.match(called.out(), / → Run `npm run -s lab -- setup-torch`/)
    const broken = testHost({ cwd: '.' })
    const without = { ...services, openEngine: () => Promise.reject(new Error('gone')) }
    assert.equal(await doctorCommand(broken, without, { json: true }, run), EXIT.failed)
    const { fit, findings } = JSON.parse(broken.out()) as { fit: boolean; findings: { name: string; state: string }[] }
    assert.equal(fit, false)
    assert.equal(findings.find(({ name }) => name.startsWith('engine'))?.state, 'broken')
  })
})
