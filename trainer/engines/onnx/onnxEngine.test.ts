import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LabError } from '../../errors.ts'
import type { Engine, Loss, OptimizerStep, SampledCompletion, SamplingParameters } from '../engine.ts'
import { createOnnxEngine } from './onnxEngine.ts'

const source = {
  kind: 'new', vocabulary: ['a', 'b', 'c', '+', '='], seed: 3,
  model: {
    architecture: 'Qwen3ForCausalLM', hiddenSize: 32, layers: 2, heads: 2, keyValueHeads: 1, headSize: 16, intermediateSize: 48, contextLength: 48,
    ropeTheta: 10000, tiedHead: true
  }
} as const
const parameters: SamplingParameters = { temperature: 1, topK: 0, topP: 1, minP: 0, maxTokens: 12, stop: [] }
const step: OptimizerStep = { name: 'adamw', learningRate: 0.01, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 1 }
const loss: Loss = { terms: [{ kind: 'crossEntropy', weight: 1 }], normalisation: { kind: 'tokenMean' } }
const prompts = [{ tokens: [1, 4, 2, 5], seeds: [1, 2, 3] }, { tokens: [3], seeds: [4] }]
const data = [{ prompt: [1, 4, 2, 5], completion: [3, 0] }, { prompt: [2], completion: [1, 1, 0] }]

const withoutTime = (completions: readonly SampledCompletion[]): unknown[] => completions.map((completion) => ({ ...completion, seconds: 0 }))
const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(() => assert.fail('was not rejected'), (error: unknown) => (LabError.is(error) ? `${error.boundary}: ${error.code}` : assert.fail(String(error))))

async function train(engine: Engine, steps: number): Promise<void> {
  for (let i = 0; i < steps; i++) {
    await engine.forwardBackward(data, loss)
    await engine.optimStep(step)
  }
}

describe('onnx engine', function () {
  this.timeout(60_000)
  let folder = ''
  const engines: Engine[] = []
  const start = async (load = true): Promise<Engine> => {
    const engine = createOnnxEngine({ threads: 1, microBatchTokens: 256 })
    engines.push(engine)
    if (load) await engine.loadModel(source)
    return engine
  }
  before(async () => { folder = await mkdtemp(join(tmpdir(), 'engine-')) })
  after(() => rm(folder, { recursive: true }))
  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.close()
  })

  it('says what it is and what it has loaded', async () => {
    const engine = await start()
    const info = await engine.info()
    assert.deepEqual([info.name, info.deterministic, info.device, info.threads], ['onnx', true, 'cpu', 1])
    assert.match(info.versions['onnxruntime'] ?? '', /^\d+\.\d+/)
    const model = await engine.loadModel(source)
    // 6·32 embedding, per layer q 32·32, k and v 16·32, o 32·32, three of 48·32, norms 2·32 + 2·16, and the last norm.
    assert.equal(model.parameters, 192 + 2 * (1024 + 512 + 512 + 1024 + 3 * 1536 + 96) + 32)
    assert.deepEqual(model, { architecture: 'Qwen3ForCausalLM', parameters: model.parameters, vocabularySize: 6, contextLength: 48, beginOfTextTokens: [], endOfTextTokens: [0], hasChatTemplate: false })
  })

  it('samples with the same bits for the same call, and with the log-probabilities that training sees', async () => {
    const [first, second] = [await start(), await start()]
    const completions = await first.sample(prompts, parameters)
    assert.deepEqual(withoutTime(await second.sample(prompts, parameters)), withoutTime(completions))
    assert.deepEqual(completions.map((c) => [c.promptIndex, c.sampleIndex]), [[0, 0], [0, 1], [0, 2], [1, 0]])
    const scored = await first.logprobs(completions.map((c) => ({ prompt: prompts[c.promptIndex]!.tokens, completion: c.tokens })))
    completions.forEach((completion, i) => {
      for (const [t, logprob] of completion.logprobs_T.entries()) {
        assert.ok(Math.abs(logprob - scored[i]!.logprobs_T[t]!) < 1e-5)
        assert.ok(Math.abs(completion.entropies_T[t]! - scored[i]!.entropies_T[t]!) < 1e-5)
      }
    })
  })

  it('gives each completion its text, the ends of its tokens and a reason', async () => {
    const engine = await start()
    for (const { tokens, text, tokenEnds_T, stopReason } of await engine.sample(prompts, parameters)) {
      assert.deepEqual([text], await engine.decode([tokens]))
      assert.equal(tokenEnds_T.length, tokens.length)
      assert.equal(tokenEnds_T.at(-1), text.length)
      assert.equal(stopReason, tokens.at(-1) === 0 ? 'endOfText' : 'length')
    }
  })

  it('learns, restores a snapshot and scores under it', async () => {
    const engine = await start()
    await engine.snapshot('start')
    const before = await engine.logprobs(data)
    const { loss: atFirst } = await engine.forwardBackward(data, loss)
    const result = await engine.optimStep(step)
    assert.ok(result.gradNorm > 0 && result.updateNorm > 0)
    await train(engine, 10)
    assert.ok((await engine.forwardBackward(data, loss)).loss < atFirst / 2)
    assert.deepEqual(await engine.logprobs(data, 'start'), before)
    await engine.restore('start')
    assert.deepEqual(await engine.logprobs(data), before)
    await engine.dropSnapshot('start')
    assert.equal(await codeOf(engine.restore('start')), 'engine: engine/no-snapshot')
  })

  it('goes on from a saved folder bit for bit, optimiser included', async () => {
    const engine = await start()
    await train(engine, 3)
    const saved = join(folder, 'saved')
    await engine.save(saved, { optimizer: true, dtype: 'float32' })
    await train(engine, 3)
    const expected = await engine.logprobs(data)
    const other = await start(false)
    await other.load(saved, { optimizer: true })
    await train(other, 3)
    assert.deepEqual(await other.logprobs(data), expected)
    await engine.load(saved, { optimizer: true })
    await train(engine, 3)
    assert.deepEqual(await engine.logprobs(data), expected)
    await engine.load(saved, { optimizer: false })
    await train(engine, 3)
    assert.notDeepEqual(await engine.logprobs(data), expected)
    await engine.save(saved, { optimizer: false, dtype: 'float32' })
    assert.ok(!(await readdir(saved)).includes('optimizer.safetensors'))
  })

  it('opens what it saved as bfloat16, weights rounded', async () => {
    const engine = await start()
    const saved = join(folder, 'half')
    await engine.save(saved, { optimizer: false, dtype: 'bfloat16' })
    const before = await engine.logprobs(data)
    const model = await engine.loadModel({ kind: 'folder', folder: saved })
    assert.equal(model.vocabularySize, 6)
    const after = await engine.logprobs(data)
    const difference = before[0]!.logprobs_T.map((x, t) => Math.abs(x - after[0]!.logprobs_T[t]!))
    assert.ok(Math.max(...difference) < 0.01)
    assert.notDeepEqual(after, before)
  })

  it('keeps the model it has when another cannot be read', async () => {
    const engine = await start()
    const before = await engine.logprobs(data)
    assert.equal(await codeOf(engine.load(join(folder, 'nowhere'), { optimizer: true })), 'model: model/unreadable')
    assert.equal(await codeOf(engine.loadModel({ kind: 'folder', folder: join(folder, 'nowhere') })), 'model: model/unreadable')
    assert.deepEqual(await engine.logprobs(data), before)
  })

  it('accumulates gradients by name until a step or a load', async () => {
    const engine = await start()
    const sum = async (): Promise<number> => Object.values(await engine.gradients()).flat().reduce((a, b) => a + Math.abs(b), 0)
    assert.equal(await sum(), 0)
    await engine.forwardBackward(data, loss)
    const once = await sum()
    await engine.forwardBackward(data, loss)
    assert.ok(Math.abs((await sum()) / once - 2) < 1e-4)
    assert.equal(Object.keys(await engine.gradients()).length, 2 + 2 * 11)
    await engine.optimStep(step)
    assert.equal(await sum(), 0)
  })

  it('renders chats with the template of the folder', async () => {
    const engine = await start()
    assert.equal(await codeOf(engine.renderChat([[{ role: 'user', content: 'a' }]])), 'model: model/no-chat-template')
    const saved = join(folder, 'chat')
    await engine.save(saved, { optimizer: false, dtype: 'float32' })
    await writeFile(join(saved, 'chat_template.jinja'), '{% for m in messages %}{{ m.content }} = {% endfor %}')
    assert.ok((await engine.load(saved, { optimizer: false })).hasChatTemplate)
    assert.deepEqual(await engine.renderChat([[{ role: 'user', content: 'a + b' }]]), ['a + b = '])
    await engine.save(join(folder, 'chat again'), { optimizer: false, dtype: 'float32' })
    assert.deepEqual(await readFile(join(folder, 'chat again', 'chat_template.jinja')), await readFile(join(saved, 'chat_template.jinja')))
  })

  it('returns what is there when sampling is cancelled', async () => {
    const engine = await start()
    const completions = await engine.sample(prompts, parameters, {}, AbortSignal.abort())
    assert.deepEqual(completions.map((c) => c.stopReason), ['cancelled', 'cancelled', 'cancelled', 'cancelled'])
  })

  it('survives nonsense', async () => {
    const engine = await start(false)
    assert.equal(await codeOf(engine.sample(prompts, parameters)), 'engine: engine/no-model')
    await engine.loadModel(source)
    const nonsense: [Promise<unknown>, RegExp][] = [
      [engine.sample([{ tokens: [99], seeds: [1] }], parameters), /token-range/],
      [engine.sample([{ tokens: [1.5], seeds: [1] }], parameters), /token-range/],
      [engine.sample([{ tokens: [], seeds: [1] }], parameters), /empty-prompt/],
      [engine.sample([{ tokens: Array<number>(49).fill(1), seeds: [1] }], parameters), /context-length/],
      [engine.sample([{ tokens: [1], seeds: [NaN] }], parameters), /sampling/],
      [engine.sample(prompts, { ...parameters, maxTokens: 48 }), /context-length/],
      [engine.sample(prompts, { ...parameters, maxTokens: 0 }), /sampling/],
      [engine.sample(prompts, { ...parameters, temperature: -1 }), /sampling/],
      [engine.sample(prompts, { ...parameters, topP: NaN }), /sampling/],
      [engine.sample(prompts, { ...parameters, stop: [''] }), /sampling/],
      [engine.logprobs([{ prompt: [-1], completion: [1] }]), /token-range/],
      [engine.logprobs(data, 'nothing'), /no-snapshot/],
      [engine.forwardBackward([{ prompt: [], completion: [1] }], loss), /empty-prompt/],
      [engine.forwardBackward([{ prompt: [1], completion: [1], advantages_T: [] }], loss), /shape/],
      [engine.forwardBackward([], loss), /empty-batch/],
      [engine.decode([[6]]), /token-range/],
      [engine.encode(['a banana']), /unknown-word/],
      [engine.optimStep({ ...step, learningRate: NaN }), /optimizer-step/],
      [engine.loadModel({ ...source, vocabulary: [] }), /bad-config/],
      [engine.loadModel({ ...source, model: { ...source.model, hiddenSize: 2 ** 30 } }), /too-large/]
    ]
    for (const [call, code] of nonsense) assert.match(await codeOf(call), code)
    assert.deepEqual(await engine.sample([], parameters), [])
    assert.deepEqual(await engine.logprobs([]), [])
    assert.equal((await engine.sample(prompts, parameters)).length, 4)
  })
})
