import assert from 'node:assert/strict'
import type { Engine, EngineFactory, SampledCompletion } from '../engines/engine.ts'
import { createFakeEngine } from '../engines/fake/fakeEngine.ts'
import type { RunFileInput } from '../protocol/runFile.ts'
import { testRun } from './run.fixture.ts'
import type { TestRun } from './run.fixture.ts'
import { runTrainer } from './runTrainer.ts'

/** Nats by which the log-probabilities of the sampler beside the engine are off. */
const OFF = 0.5

/** Completions have the engine's own log-probabilities; what they were drawn from is the other sampler's. */
const besideEngine: EngineFactory = async () => {
  const engine = createFakeEngine()
  const drawnElsewhere = (completion: SampledCompletion): SampledCompletion => ({ ...completion, samplingLogprobs_T: completion.samplingLogprobs_T.map((logprob) => logprob - OFF) })
  const sample: Engine['sample'] = async (prompts, parameters, events = {}, signal) =>
    (await engine.sample(prompts, parameters, { ...events, finished: (completion) => events.finished?.(drawnElsewhere(completion)) }, signal)).map(drawnElsewhere)
  return { ...engine, sample, info: async () => ({ ...(await engine.info()), sampler: 'vllm' as const }) }
}

describe('mismatch of sampler and trainer', () => {
  let run: TestRun
  afterEach(() => run.remove())

  /** Of each step the mean and the largest; undefined where they are not known. */
  async function mismatches(sampling: RunFileInput['sampling'], startEngine?: EngineFactory): Promise<[number | undefined, number | undefined][]> {
    run = await testRun({ steps: 2, sampling: { maxTokens: 3, ...sampling }, evaluation: { problems: 0 } })
    const { parts, directory } = await run.open({ parts: startEngine ? { startEngine } : {} })
    try {
      await runTrainer(parts)
    } finally {
      directory.close()
    }
    return run.events.flatMap((event) => (event.type === 'stepFinished' ? [[event.metrics['mismatch/mean'], event.metrics['mismatch/max']]] : []))
  }

  it('is of what a sampler beside the engine drew from, not of the engine with itself', async () => {
    const found = await mismatches({}, besideEngine)
    assert.equal(found.length, 2)
    for (const values of found) for (const value of values) assert.ok(Math.abs(value! - OFF) < 1e-9, String(value))
  })

  it('is not known where such a sampler drew from another distribution than the policy', async () => {
    for (const sampling of [{ temperature: 0.7 }, { topK: 2 }, { topP: 0.9 }, { minP: 0.1 }]) {
      assert.deepEqual(await mismatches(sampling, besideEngine), [[undefined, undefined], [undefined, undefined]])
      run.remove()
    }
    run = await testRun()
  })

  it('is of the policy at temperature 1 where the engine samples itself, whatever it drew from', async () => {
    const found = await mismatches({ temperature: 0.7, topK: 2 })
    assert.equal(found.length, 2)
    for (const values of found) for (const value of values) assert.ok(value! < 1e-9, String(value))
  })
})

describe('a divisor of sequences', () => {
  /** The gradient's norm in the first step of GRPO, and the share of groups that were kept. */
  async function firstStep(normalisation: 'constant' | 'sequenceMean', dropZeroVariance: boolean): Promise<{ gradNorm: number; kept: number }> {
    const run = await testRun({
      steps: 1, problemsPerStep: 8, algorithm: { name: 'grpo', scale: 'none', normalisation }, filter: { dropZeroVariance }, evaluation: { problems: 0 }
    })
    const { parts, directory } = await run.open()
    try {
      await runTrainer(parts)
      const step = run.events.find((event) => event.type === 'stepFinished')!
      return { gradNorm: step.metrics['gradient/norm']!, kept: step.metrics['groups/kept']! }
    } finally {
      directory.close()
      run.remove()
    }
  }

  for (const normalisation of ['constant', 'sequenceMean'] as const) {
    it(`gives the others no more weight where uniform groups are dropped: ${normalisation}`, async () => {
      const [dropped, all] = [await firstStep(normalisation, true), await firstStep(normalisation, false)]
      assert.ok(dropped.kept > 0 && dropped.kept < 1 && all.kept === 1)
      assert.ok(Math.abs(dropped.gradNorm - all.gradNorm) < 1e-12 * all.gradNorm, `${dropped.gradNorm} is not ${all.gradNorm}`)
    })
  }
})
