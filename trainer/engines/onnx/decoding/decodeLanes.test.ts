import assert from 'node:assert/strict'
import { LabError } from '../../../errors.ts'
import { newDescription } from '../files/hfFolder.ts'
import { createOnnxEngine } from '../onnxEngine.ts'
import { tinyModel, tinyModels } from '../testing/tinyModels.ts'
import { DecodeLanes } from './decodeLanes.ts'
import type { Engine, ModelSource, SampledCompletion, SamplePrompt, SamplingParameters } from '../../engine.ts'

const source: ModelSource = {
  kind: 'new', vocabulary: Array.from({ length: 80 }, (_, i) => `w${i}`), seed: 5,
  model: {
    architecture: 'Qwen3ForCausalLM', hiddenSize: 32, layers: 2, heads: 2, keyValueHeads: 1, headSize: 16, intermediateSize: 48, contextLength: 512,
    ropeTheta: 10000, tiedHead: true
  }
}
const parameters: SamplingParameters = { temperature: 1, topK: 0, topP: 1, minP: 0, maxTokens: 40, stop: [] }
const prompts: readonly SamplePrompt[] = [
  { tokens: [1, 4, 2, 5], seeds: [1, 2, 3, 4, 5] }, { tokens: [3], seeds: [6] }, { tokens: [2, 2, 6], seeds: [] }, { tokens: [7, 1, 1, 1, 2], seeds: [7, 8, 9] }
]
const places = prompts.flatMap(({ seeds }, p) => seeds.map((_, s) => [p, s]))
const withoutTime = (completions: readonly SampledCompletion[]): unknown[] => completions.map((completion) => ({ ...completion, seconds: 0 }))

describe('decoding on several threads', function () {
  this.timeout(60_000)
  const engines: Engine[] = []
  const start = async (threads: number): Promise<Engine> => {
    const engine = createOnnxEngine({ threads, microBatchTokens: 256 })
    engines.push(engine)
    await engine.loadModel(source)
    return engine
  }
  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.close()
  })

  it('gives the same bits for the same call, in the order of the prompts', async () => {
    const [first, second] = [await start(3), await start(3)]
    const completions = await first.sample(prompts, parameters)
    assert.deepEqual(completions.map(({ promptIndex, sampleIndex }) => [promptIndex, sampleIndex]), places)
    assert.deepEqual(withoutTime(await first.sample(prompts, parameters)), withoutTime(completions))
    assert.deepEqual(withoutTime(await second.sample(prompts, parameters)), withoutTime(completions))
  })

  it('draws what one thread draws, with the log-probabilities that training sees', async () => {
    const [one, many] = [await start(1), await start(2)]
    const [expected, actual] = [await one.sample(prompts, parameters), await many.sample(prompts, parameters)]
    actual.forEach(({ tokens, text, stopReason, logprobs_T }, i) => {
      assert.deepEqual([tokens, text, stopReason], [expected[i]!.tokens, expected[i]!.text, expected[i]!.stopReason])
      logprobs_T.forEach((logprob, t) => assert.ok(Math.abs(logprob - expected[i]!.logprobs_T[t]!) < 1e-5))
    })
    const scored = await many.logprobs(actual.map(({ promptIndex, tokens }) => ({ prompt: prompts[promptIndex]!.tokens, completion: tokens })))
    actual.forEach(({ logprobs_T }, i) => logprobs_T.forEach((logprob, t) => assert.ok(Math.abs(logprob - scored[i]!.logprobs_T[t]!) < 1e-5)))
  })

  it('reports each completion once and text as it comes, under their own places', async () => {
    const engine = await start(2)
    const finished: SampledCompletion[] = []
    const texts = new Map<string, string>()
    const completions = await engine.sample(prompts, { ...parameters, maxTokens: 100 }, {
      finished: (completion) => { finished.push(completion) },
      partial: (parts) => parts.forEach(({ promptIndex, sampleIndex, text }) => {
        const key = `${promptIndex},${sampleIndex}`
        texts.set(key, (texts.get(key) ?? '') + text)
      })
    })
    finished.sort((a, b) => a.promptIndex - b.promptIndex || a.sampleIndex - b.sampleIndex)
    assert.deepEqual(finished, completions)
    assert.ok(texts.size > 0)
    for (const { promptIndex, sampleIndex, text } of completions) assert.ok(text.startsWith(texts.get(`${promptIndex},${sampleIndex}`) ?? ''))
  })

  it('follows every change of the weights', async () => {
    const engine = await start(2)
    const sampled = async (): Promise<unknown[]> => withoutTime(await engine.sample(prompts, parameters))
    const first = await sampled()
    await engine.snapshot('start')
    await engine.forwardBackward([{ prompt: [1], completion: [2, 3] }], { terms: [{ kind: 'crossEntropy', weight: 1 }], normalisation: { kind: 'tokenMean' } })
    await engine.optimStep({ name: 'adamw', learningRate: 0.05, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 1 })
    assert.notDeepEqual(await sampled(), first)
    // A call of one row goes to one lane; the others hear of the change when they are next needed.
    await engine.sample([{ tokens: [1], seeds: [1] }], parameters)
    await engine.restore('start')
    assert.deepEqual(await sampled(), first)
    await engine.loadModel({ ...source, seed: 6 })
    assert.notDeepEqual(await sampled(), first)
  })

  it('stops soon after a cancellation, keeps what was made, and goes on to serve', async () => {
    const engine = await start(2)
    const controller = new AbortController()
    const long = { ...parameters, maxTokens: 500 }
    const whole = await engine.sample(prompts, long)
    const cut = await engine.sample(prompts, long, { partial: () => controller.abort() }, controller.signal)
    assert.deepEqual(cut.map(({ promptIndex, sampleIndex }) => [promptIndex, sampleIndex]), places)
    cut.forEach(({ tokens, stopReason }, i) => {
      assert.deepEqual(tokens, whole[i]!.tokens.slice(0, tokens.length))
      if (stopReason === 'cancelled') assert.ok(tokens.length < 500)
    })
    const none = await engine.sample(prompts, long, {}, AbortSignal.abort())
    assert.deepEqual(none.map(({ tokens, stopReason }) => [tokens.length, stopReason]), none.map(() => [0, 'cancelled']))
    assert.deepEqual(withoutTime(await engine.sample(prompts, long)), withoutTime(whole))
  })

  it('names the prompt that is at fault by its place in the call', async () => {
    const engine = await start(2)
    await assert.rejects(engine.sample([...prompts, { tokens: [99], seeds: [1] }], parameters),
      (error) => LabError.is(error, 'engine/token-range') && error.place === 'prompts[4].tokens[0]')
    assert.equal((await engine.sample(prompts, parameters)).length, places.length)
  })

  it('hands on what fails in a lane, ends the others, and goes on to serve', async () => {
    const config = { ...tinyModels['Llama, tied head']!, endOfTextTokens: [] }
    const { layout, parameters: weights } = tinyModel(config)
    const { files } = newDescription(config, Array.from({ length: config.vocabularySize }, (_, i) => `w${i}`))
    const lanes = new DecodeLanes({ place: 'here', config, files, limits: { threads: 1, slots: 4 } }, 2)
    const broken = weights.map((x, i) => (i === layout.slots[3]!.offset ? NaN : x))
    const call = (values: Float32Array): Promise<SampledCompletion[]> => lanes.sample(values, prompts, { ...parameters, maxTokens: 20 }, {})
    await assert.rejects(call(broken), (error) => LabError.is(error, 'engine/not-finite') && error.place === 'logits')
    assert.deepEqual((await call(weights)).map(({ tokens }) => tokens.length), places.map(() => 20))
    await lanes.close()
    assert.equal((await call(weights)).length, places.length)
    await lanes.close()
  })
})
