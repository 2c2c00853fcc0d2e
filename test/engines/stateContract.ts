import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Engine } from '../../trainer/engines/engine.ts'
import { lossData, norm, OF_LOGPROBS } from './lossData.ts'
import { SAMPLING, seedsFrom, timeless } from './samplingContract.ts'
import { adamW, source, starter } from './subjects.ts'
import type { Subject } from './subjects.ts'

const ASKED = [{ prompt: [1, 2], completion: [3, 4, 5, 0] }, { prompt: [6], completion: [2] }]

async function train(engine: Engine, steps: number): Promise<void> {
  for (let i = 0; i < steps; i++) {
    await engine.forwardBackward(await lossData(engine), OF_LOGPROBS)
    await engine.optimStep(adamW(0.01))
  }
}

/** What an engine keeps: snapshots in memory, folders on disk, one call at a time. */
export function stateContract(subject: Subject): void {
  const start = starter(subject)
  let folder = ''
  beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'engine-contract-')) })
  afterEach(() => rm(folder, { recursive: true }))

  it('keeps snapshots apart from the weights', async () => {
    const engine = await start()
    const before = await engine.logprobs(ASKED)
    await engine.snapshot('first')
    await train(engine, 2)
    const between = await engine.logprobs(ASKED)
    await engine.snapshot('second')
    await train(engine, 1)
    assert.notDeepEqual(between, before)
    assert.deepEqual(await engine.logprobs(ASKED, 'first'), before)
    assert.deepEqual(await engine.logprobs(ASKED, 'second'), between)
    await engine.restore('first')
    assert.deepEqual(await engine.logprobs(ASKED), before)
    await train(engine, 1)
    assert.deepEqual(await engine.logprobs(ASKED, 'first'), before)
    await engine.snapshot('first')
    assert.deepEqual(await engine.logprobs(ASKED, 'first'), await engine.logprobs(ASKED))
  })

  it('drops snapshots, and forgets all with another model', async () => {
    const engine = await start()
    await engine.snapshot('one')
    await engine.snapshot('two')
    await engine.dropSnapshot('one')
    await assert.rejects(engine.restore('one'), { code: 'engine/no-snapshot' })
    await assert.rejects(engine.logprobs(ASKED, 'one'), { code: 'engine/no-snapshot' })
    await engine.restore('two')
    await engine.loadModel(source)
    await assert.rejects(engine.restore('two'), { code: 'engine/no-snapshot' })
  })

  it('goes on from a saved folder bit for bit, optimiser included', async () => {
    const [engine, other] = [await start(), await start()]
    await train(engine, 3)
    await engine.save(folder, { optimizer: true, dtype: 'float32' })
    const model = await other.load(folder, { optimizer: true })
    assert.deepEqual(await other.logprobs(ASKED), await engine.logprobs(ASKED))
    await train(engine, 2)
    await train(other, 2)
    const expected = await engine.logprobs(ASKED)
    assert.deepEqual(await other.logprobs(ASKED), expected)
    const prompts = [{ tokens: [1, 2], seeds: seedsFrom(0, 5) }]
    assert.deepEqual(timeless(await other.sample(prompts, SAMPLING)), timeless(await engine.sample(prompts, SAMPLING)))
    assert.deepEqual(await other.loadModel({ kind: 'folder', folder }), model)
    await train(other, 2)
    assert.notDeepEqual(await other.logprobs(ASKED), expected)
  })

  it('starts the optimiser anew from a folder without its state, or where it is not asked for', async () => {
    const engine = await start()
    await train(engine, 2)
    await engine.save(folder, { optimizer: true, dtype: 'float32' })
    await engine.load(folder, { optimizer: false })
    await train(engine, 1)
    const expected = await engine.logprobs(ASKED)
    await engine.load(folder, { optimizer: true })
    await engine.save(folder, { optimizer: false, dtype: 'float32' })
    await engine.load(folder, { optimizer: true })
    await train(engine, 1)
    assert.deepEqual(await engine.logprobs(ASKED), expected)
  })

  it('forgets the accumulated gradient with another model', async () => {
    const engine = await start()
    await engine.save(folder, { optimizer: false, dtype: 'float32' })
    for (const replace of [() => engine.load(folder, { optimizer: false }), () => engine.loadModel(source)]) {
      await engine.forwardBackward(await lossData(engine), OF_LOGPROBS)
      assert.ok(norm(await engine.gradients()) > 0)
      await replace()
      assert.equal(norm(await engine.gradients()), 0)
    }
  })

  it('keeps what it has when a folder cannot be read', async () => {
    const engine = await start()
    const before = await engine.logprobs(ASKED)
    await assert.rejects(engine.load(join(folder, 'nowhere'), { optimizer: true }), { boundary: 'model' })
    await assert.rejects(engine.loadModel({ kind: 'folder', folder: join(folder, 'nowhere') }), { boundary: 'model' })
    assert.deepEqual(await engine.logprobs(ASKED), before)
  })

  it('runs calls one at a time, in their order', async () => {
    const [engine, other] = [await start(), await start()]
    const data = await lossData(engine)
    const [, , , scored, restored] = await Promise.all([
      engine.snapshot('start'), engine.forwardBackward(data, OF_LOGPROBS), engine.optimStep(adamW(0.01)), engine.logprobs(ASKED),
      engine.restore('start').then(() => engine.logprobs(ASKED))
    ])
    await other.forwardBackward(data, OF_LOGPROBS)
    assert.deepEqual(restored, await other.logprobs(ASKED))
    await other.optimStep(adamW(0.01))
    assert.deepEqual(scored, await other.logprobs(ASKED))
  })
}
