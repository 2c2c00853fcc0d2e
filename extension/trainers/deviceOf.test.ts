import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { CPU, deviceOfFile, deviceOfRun, engineOfFile } from './deviceOf.ts'
import { machineVariables } from './machineVariables.ts'

describe('the device of a run', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'device-of-'))))
  afterEach(() => rmSync(folder, { recursive: true }))
  const device = (text: string, ...overrides: string[]): string => {
    writeFileSync(join(folder, 'a.run.json'), text)
    return deviceOfFile(join(folder, 'a.run.json'), overrides, true)
  }

  it('is the CPU but for the engine torch, which takes a GPU unless it is told otherwise', () => {
    assert.deepEqual([device('{}'), device('{ "engine": "onnx", "torch": { "device": "cuda:1" } }'), device('{ "engine": "torch", "torch": { "device": "cpu" } }')], [CPU, CPU, CPU])
    assert.deepEqual([device('{ "engine": "torch", /* one */ }'), device('{ "engine": "torch", "torch": { "device": "mps" } }'), device('{ "engine": "torch", "torch": { "device": "cuda:3" } }')], ['gpu 0', 'gpu 0', 'gpu 3'])
  })

  it('is the CPU for the engine torch too where no GPU is, unless one is named', () => {
    for (const [torch, expected] of [['{}', CPU], ['{ "device": "auto" }', CPU], ['{ "device": "cuda:1" }', 'gpu 1']] as const) {
      writeFileSync(join(folder, 'a.run.json'), `{ "engine": "torch", "torch": ${torch} }`)
      assert.equal(deviceOfFile(join(folder, 'a.run.json'), [], false), expected)
    }
  })

  it('is what the last override says', () => {
    assert.equal(device('{}', 'engine=torch', 'torch.device=cuda:1', 'torch.device=cuda:2'), 'gpu 2')
    assert.equal(device('{ "engine": "torch" }', 'engine="onnx"'), CPU)
  })

  it('is read from the record of a run that goes on', () => {
    writeFileSync(join(folder, 'run.json'), '{ "version": 1, "runId": "r", "run": { "engine": "torch", "torch": { "device": "cuda:1" } } }')
    assert.equal(deviceOfRun(folder, true), 'gpu 1')
    assert.deepEqual(engineOfFile(join(folder, 'run.json'), []), { engine: 'torch', device: 'cuda:1' })
  })

  it('is the CPU for what cannot be read or holds something else', () => {
    assert.equal(deviceOfFile(join(folder, 'none.run.json'), [], true), CPU)
    for (const text of ['', '[]', '{ "engine": 7 }', '{ "engine": "torch", "torch": null }'.replace('torch', 'onnx')]) assert.equal(device(text), CPU)
    assert.equal(device('{ "engine": "torch", "torch": 7 }'), 'gpu 0')
  })
})

describe('what settings say to trainers', () => {
  const settings = { python: '', vllmPython: '', trustRemoteCode: false, device: 'auto', runsPerDevice: 1 }

  it('is little unless people said more', () => assert.deepEqual(machineVariables(settings), { ROLLOUT_LAB_RUNS_PER_DEVICE: '1', LAB_TORCH_DEVICE: 'auto' }))

  it('is the interpreter of the machine, what a trusted workspace has, and whether models may run code', () => {
    assert.deepEqual(machineVariables({ python: '/p', vllmPython: '/v', trustRemoteCode: true, device: 'cuda:1', runsPerDevice: 2 }, { selected: ['/a', '/b'], folders: ['/w'] }), {
      ROLLOUT_LAB_RUNS_PER_DEVICE: '2', LAB_TORCH_DEVICE: 'cuda:1', LAB_PYTHON: '/p', LAB_VLLM_PYTHON: '/v', ROLLOUT_LAB_TRUST_REMOTE_CODE: '1', LAB_WORKSPACE_PYTHONS: `/a${delimiter}/b`, LAB_TRUSTED_FOLDERS: '/w'
    })
  })
})
