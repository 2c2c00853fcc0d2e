import assert from 'node:assert/strict'
import type { Engine } from '../../trainer/engines/engine.ts'
import { createOnnxEngine } from '../../trainer/engines/onnx/onnxEngine.ts'
import { onnxEngineFactory } from '../../trainer/engines/onnxEngineFactory.ts'
import { HEAD_TERMS } from './lossCases.ts'
import { lossData, OF_LOGPROBS } from './lossData.ts'
import { SAMPLING, seedsFrom, timeless } from './samplingContract.ts'
import { adamW, source } from './subjects.ts'

const PROMPTS = [{ tokens: [1, 2, 3], seeds: seedsFrom(0, 6) }, { tokens: [5], seeds: seedsFrom(9, 2) }]

/** What a run does with an engine, in small. */
async function use(engine: Engine): Promise<unknown[]> {
  const model = await engine.loadModel(source)
  const data = await lossData(engine)
  const report = await engine.forwardBackward(data, { ...OF_LOGPROBS, terms: [...OF_LOGPROBS.terms, ...HEAD_TERMS] })
  const gradients = await engine.gradients()
  const heads = await engine.headValues(data)
  const update = await engine.optimStep(adamW(0.01))
  await engine.snapshot('after')
  const finished: unknown[] = []
  const completions = await engine.sample(PROMPTS, SAMPLING, { finished: (completion) => void finished.push(completion) })
  assert.equal(finished.length, completions.length)
  return [model, report, gradients, heads, update, await engine.headValues(data), timeless(completions), await engine.logprobs(data, 'after'), await engine.encode(['a b']), await engine.decode([[3, 4]])]
}

describe('onnx engine in a process of its own', function () {
  this.timeout(120_000)
  it('gives the same bits as in this process', async () => {
    const options = { threads: 1, microBatchTokens: 24 }
    const [here, there] = [createOnnxEngine(options), await onnxEngineFactory(options)]
    try {
      assert.deepEqual(await use(there), await use(here))
    } finally {
      await there.close()
      await here.close()
    }
  })
})
