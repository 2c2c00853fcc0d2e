import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFakeEngine, fakeEngineFactory } from '../engines/fake/fakeEngine.ts'
import { LabError } from '../errors.ts'
import { NewModel } from '../protocol/runFile.ts'
import { StepRewardModels } from './stepRewardModels.ts'

const PLAIN = { threads: 1, microBatchTokens: 1 }

describe('step reward models', () => {
  const root = mkdtempSync(join(tmpdir(), 'step-models-'))
  const [headed, bare] = [join(root, 'headed'), join(root, 'bare')]
  before(async () => {
    const engine = createFakeEngine()
    await engine.loadModel({ kind: 'new', model: NewModel.parse({ contextLength: 16 }), vocabulary: ['<eos>', 'a', 'b'], seed: 1 })
    await engine.save(bare, { optimizer: false, dtype: 'float32' })
    await engine.forwardBackward([{ prompt: [1], completion: [2], stepLabels_T: [1] }], { terms: [{ kind: 'stepReward', weight: 1 }], normalisation: { kind: 'tokenMean' } })
    await engine.save(headed, { optimizer: false, dtype: 'float32' })
  })
  after(() => rmSync(root, { recursive: true }))

  it('are started once each, and asked one trace at a time', async () => {
    let starts = 0
    const models = new StepRewardModels(async () => {
      starts++
      return createFakeEngine()
    })
    const scorer = await models.open(headed)
    assert.deepEqual(await Promise.all([scorer.score({ prompt: 'a' }, 'b a', [1, 3]), models.scorer(headed).score({ prompt: 'a' }, 'a', [1])]), [[0.5, 0.5], [0.5]])
    assert.equal(starts, 1)
    await models.close()
  })

  it('without a head or a folder are refused when they are opened', async () => {
    const models = new StepRewardModels(async () => createFakeEngine())
    await assert.rejects(models.open(bare), { code: 'model/no-reward-head', boundary: 'model' })
    await assert.rejects(models.open(join(root, 'nowhere')), { boundary: 'model' })
  })

  it('that wait for a device are loaded once, when the run has it, and refused then', async () => {
    let [starts, busy] = [0, true]
    const models = new StepRewardModels(async () => {
      starts++
      if (busy) throw new LabError('engine', 'engine/device-busy', 'The device is in use.', { remedy: 'Wait.' })
      return createFakeEngine()
    })
    await assert.rejects(models.open(headed), { code: 'engine/device-busy' })
    const scorer = await models.openOrWait(headed)
    await models.openOrWait(headed)
    assert.equal(starts, 2)
    busy = false
    await models.openWaiting()
    await models.openWaiting()
    assert.deepEqual([await scorer.score({ prompt: 'a' }, 'b', [1]), starts], [[0.5], 3])
    busy = true
    await models.openOrWait(bare)
    busy = false
    await assert.rejects(models.openWaiting(), { code: 'model/no-reward-head' })
    await models.close()
  })

  it('come back after their engine died: that rollout alone cannot be scored', async () => {
    const start = fakeEngineFactory((count) => (count === 1 ? { failures: (verb, call) => (verb === 'headValues' && call === 2 ? 'crash' : undefined) } : {}))
    const models = new StepRewardModels(() => start(PLAIN))
    const scorer = await models.open(headed)
    await assert.rejects(scorer.score({ prompt: 'a' }, 'b', [1]), { code: 'engine/died' })
    assert.deepEqual(await scorer.score({ prompt: 'a' }, 'b', [1]), [0.5])
    await models.close()
  })
})
