import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Engine, EngineNotice } from '../engines/engine.ts'
import { createFakeEngine } from '../engines/fake/fakeEngine.ts'
import { createRunControl } from '../orchestrator/cancellation.ts'
import { NewModel, RunFile } from '../protocol/runFile.ts'
import { UserModules } from '../sandbox/modules/userModules.ts'
import { unsafeBackend } from '../sandbox/unsafe/unsafeBackend.ts'
import { identityOf } from '../stores/processIdentity.ts'
import { RewardBackends } from './rewardSandboxes.ts'
import { RunExecutor } from './runExecutor.ts'
import { StepRewardModels } from './stepRewardModels.ts'
import { deviceHolder } from './torch/runEngines.ts'
import type { Waiting } from './torch/runEngines.ts'
import { prepareParts } from './trainerParts.ts'
import type { PreparedParts } from './trainerParts.ts'

const OPTIONS = { threads: 1, microBatchTokens: 64 }

describe('parts of a run with a step reward model', () => {
  const root = mkdtempSync(join(tmpdir(), 'parts-'))
  const [model, locks] = [join(root, 'model'), mkdtempSync(join(tmpdir(), 'locks-'))]
  const lockFile = join(locks, 'cuda-0.0.lock')
  const run = RunFile.parse({
    engine: 'fake', model, environment: { name: 'countdown' }, rewards: [{ name: 'prm', options: { model } }], evaluation: { rerank: { model } }
  })
  let [started, closed] = [0, 0]
  before(async () => {
    const engine = createFakeEngine()
    await engine.loadModel({ kind: 'new', model: NewModel.parse({ contextLength: 16 }), vocabulary: ['<eos>', 'a'], seed: 1 })
    await engine.save(model, { optimizer: false, dtype: 'float32' })
  })
  beforeEach(() => {
    started = closed = 0
    writeFileSync(lockFile, JSON.stringify({ version: 1, ...identityOf(process.ppid), run: '/runs/other' }))
  })
  after(() => [root, locks].forEach((folder) => rmSync(folder, { recursive: true })))

  const engineOnGpu = async (): Promise<Engine> => {
    const engine = createFakeEngine()
    started++
    return { ...engine, info: async () => ({ ...(await engine.info()), device: 'cuda:0' }), close: async () => { closed++; await engine.close() } }
  }
  const prepare = (waiting?: Waiting): Promise<PreparedParts> => {
    const engines = deviceHolder('/runs/a', engineOnGpu, { folder: locks, waiting })
    return prepareParts(run, {
      engines, stepModels: new StepRewardModels(() => engines.start(OPTIONS)), executors: new RunExecutor({ backends: () => [] }),
      modules: new UserModules({ workspace: root, deadlineSeconds: 1, trustWorkspace: false, approvalsFile: join(root, 'none.json') }),
      rewardSandboxes: new RewardBackends(() => [], () => unsafeBackend())
    }, root, {})
  }

  it('fail at once on a taken device where nothing waits', async () => {
    await assert.rejects(prepare(), { code: 'engine/device-busy' })
  })

  it('are made while the device is taken where the run waits, and the model is looked at once the run has it', async () => {
    const parts = await prepare(createRunControl())
    const told: EngineNotice[] = []
    const starting = parts.startEngine({ ...OPTIONS, onNotice: (notice) => void told.push(notice) })
    setTimeout(() => rmSync(lockFile), 50)
    // The model was saved without a head, which nobody could know before.
    await assert.rejects(starting, { code: 'model/no-reward-head' })
    assert.deepEqual(told.map(({ kind }) => kind), ['waitsForDevice'])
    // The model's engine and the run's, each before the device was free and after.
    assert.deepEqual([started, closed], [4, 4])
  })
})
