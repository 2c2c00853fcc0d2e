import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LabError } from '../../errors.ts'
import { connectionToChild, startChild } from '../engineChannel.ts'
import { PROGRESS, requests } from '../engineMessages.ts'
import type { Engine, ModelSource, SampledCompletion, SamplingParameters } from '../engine.ts'
import { onnxEngineEntry } from '../engineEntry.ts'
import { startEngineProcess } from '../engineProcess.ts'
import type { EngineProcess } from '../engineProcess.ts'
import { createOnnxEngine } from './onnxEngine.ts'

const source: ModelSource = {
  kind: 'new', vocabulary: Array.from({ length: 300 }, (_, i) => `w${i}`), seed: 3,
  model: {
    architecture: 'LlamaForCausalLM', hiddenSize: 64, layers: 2, heads: 2, keyValueHeads: 1, headSize: 32, intermediateSize: 128, contextLength: 2048,
    ropeTheta: 10000, tiedHead: true
  }
}
const parameters: SamplingParameters = { temperature: 1, topK: 0, topP: 1, minP: 0, maxTokens: 2000, stop: [] }
const prompts = [{ tokens: [1, 4, 2, 5], seeds: Array.from({ length: 32 }, (_, i) => i) }]
const rejection = (call: Promise<unknown>): Promise<LabError> =>
  call.then(() => assert.fail('was not rejected'), (error: unknown) => (LabError.is(error) ? error : assert.fail(String(error))))

describe('onnx engine process', function () {
  this.timeout(120_000)
  let folder = ''
  const running: Engine[] = []
  const start = async (tokenizerSeconds = 30, threads = 1): Promise<EngineProcess> => {
    const engine = await startEngineProcess({ entry: onnxEngineEntry(), args: ['--threads', String(threads), '--micro-batch-tokens', '512'], tokenizerSeconds })
    running.push(engine)
    return engine
  }
  before(async () => { folder = await mkdtemp(join(tmpdir(), 'process-')) })
  after(() => rm(folder, { recursive: true }))
  afterEach(async () => {
    for (const engine of running.splice(0)) await engine.close()
  })

  for (const threads of [1, 2]) {
    it(`gives the bits that the engine gives in this process (threads: ${threads})`, async () => {
      const [over, here] = [await start(30, threads), createOnnxEngine({ threads, microBatchTokens: 512 })]
      running.push(here)
      const results = []
      for (const engine of [over, here]) {
        await engine.loadModel(source)
        const completions = await engine.sample(prompts, { ...parameters, maxTokens: 40 })
        const sequences = completions.map(({ tokens }) => ({ prompt: prompts[0]!.tokens, completion: tokens }))
        const result = await engine.forwardBackward(sequences, { terms: [{ kind: 'crossEntropy', weight: 1 }], normalisation: { kind: 'tokenMean' } })
        results.push([completions.map((completion) => ({ ...completion, seconds: 0 })), result, await engine.gradients()])
      }
      assert.deepEqual(results[0], results[1])
    })
  }

  it('ends without an abort when its connection does while several threads sample', async () => {
    const child = startChild(onnxEngineEntry(), ['--threads', '2'])
    let printed = ''
    child.stderr?.on('data', (data: Buffer) => { printed += data.toString() })
    const connection = connectionToChild(child, () => undefined)
    const sampling = new Promise<void>((resolve) => connection.onNotification(PROGRESS, () => resolve()))
    connection.listen()
    await connection.sendRequest(requests.loadModel.method, { source })
    const lost = assert.rejects(connection.sendRequest(requests.sample.method, { call: 1, prompts, parameters, finished: false, partial: true }))
    await sampling
    connection.end()
    connection.dispose()
    const [, signal] = await once(child, 'exit') as [number | null, string | null]
    await lost
    assert.notEqual(signal, 'SIGABRT')
    assert.equal(printed, '')
  })

  it('stops sampling soon after a cancellation and goes on to serve', async () => {
    const engine = await start()
    await engine.loadModel(source)
    const controller = new AbortController()
    const finished: SampledCompletion[] = []
    const events = { partial: () => controller.abort(), finished: (completion: SampledCompletion) => { finished.push(completion) } }
    const completions = await engine.sample(prompts, parameters, events, controller.signal)
    const cancelled = completions.filter((completion) => completion.stopReason === 'cancelled')
    assert.equal(completions.length, 32)
    assert.equal(finished.length, 32)
    assert.ok(cancelled.length > 0)
    assert.ok(cancelled.every(({ tokens }) => tokens.length > 0 && tokens.length < parameters.maxTokens))
    assert.equal((await engine.sample([{ tokens: [1], seeds: [1] }], { ...parameters, maxTokens: 3 })).length, 1)
  })

  it('is a dead engine when it is killed while it samples', async () => {
    const engine = await start()
    await engine.loadModel(source)
    const sampling = rejection(engine.sample(prompts, parameters, { partial: () => process.kill(engine.pid, 'SIGKILL') }))
    const error = await sampling
    assert.equal(error.code, 'engine/died')
    assert.match(error.message, /SIGKILL/)
  })

  it('is stopped in an endless tokenizer pattern or chat template, naming the file', async () => {
    const model = join(folder, 'endless')
    const maker = await start()
    await maker.loadModel(source)
    await maker.save(model, { optimizer: false, dtype: 'float32' })
    const tokenizer = JSON.parse(await readFile(join(model, 'tokenizer.json'), 'utf8')) as Record<string, unknown>
    const pattern = { type: 'Split', pattern: { Regex: '(a+)+$' }, behavior: 'Isolated', invert: false }
    await writeFile(join(model, 'tokenizer.json'), JSON.stringify({ ...tokenizer, pre_tokenizer: pattern }))
    const loop = '{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}'
    await writeFile(join(model, 'chat_template.jinja'), loop)
    const calls: [(engine: Engine) => Promise<unknown>, RegExp][] = [
      [(engine) => engine.encode([`${'a'.repeat(100)}!`]), /endless[\\/]tokenizer\.json: splitting a text into tokens took longer than 0\.5 s/],
      [(engine) => engine.renderChat([[{ role: 'user', content: 'x' }]]), /endless[\\/]chat template: rendering a conversation/]
    ]
    for (const [call, message] of calls) {
      const engine = await start(0.5)
      await engine.loadModel({ kind: 'folder', folder: model })
      const error = await rejection(call(engine))
      assert.equal(error.code, 'model/deadline')
      assert.match(error.message, message)
    }
  })
})
