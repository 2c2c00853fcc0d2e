import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { LabError } from '../errors.ts'
import type { EngineNotice, SampledCompletion, SamplingParameters } from './engine.ts'
import { onnxEngineEntry } from './engineEntry.ts'
import { startEngineProcess } from './engineProcess.ts'
import type { EngineProcess, EngineProcessOptions } from './engineProcess.ts'
import { createFakeEngine } from './fake/fakeEngine.ts'
import { PYTHON_INHERITS, pythonVariables } from './torch/pythonEnvironment.ts'

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
const entry = { file: fileURLToPath(new URL('./serveFake.fixture.ts', import.meta.url)), execArgv: ['--import', tsx] }
const source = {
  kind: 'new', vocabulary: ['<eos>', 'a', 'b', 'c', 'd'], seed: 3,
  model: {
    architecture: 'Qwen3ForCausalLM', hiddenSize: 8, layers: 1, heads: 1, keyValueHeads: 1, headSize: 8, intermediateSize: 8, contextLength: 64,
    ropeTheta: 10000, tiedHead: true
  }
} as const
const parameters: SamplingParameters = { temperature: 1, topK: 0, topP: 1, minP: 0, maxTokens: 20, stop: [] }
const prompts = [{ tokens: [1, 2], seeds: [1, 2, 3] }, { tokens: [3], seeds: [4, 5] }]

/** Zombies, which nobody has waited for yet, are dead. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

async function untilDead(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 20))
}

const rejection = (call: Promise<unknown>): Promise<LabError> =>
  call.then(() => assert.fail('was not rejected'), (error: unknown) => (LabError.is(error) ? error : assert.fail(String(error))))

describe('engine process', function () {
  this.timeout(60_000)
  const running: EngineProcess[] = []
  const start = async (options: Partial<EngineProcessOptions> = {}): Promise<EngineProcess> => {
    const engine = await startEngineProcess({ entry, ...options })
    running.push(engine)
    return engine
  }
  afterEach(async () => {
    for (const engine of running.splice(0)) await engine.close()
  })

  it('gives what the engine in it gives, over all verbs', async () => {
    const engine = await start()
    const local = createFakeEngine({ chunkTokens: 1 })
    const step = { name: 'adamw', learningRate: 0.1, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 1 } as const
    const loss = { terms: [{ kind: 'crossEntropy', weight: 1 }], normalisation: { kind: 'tokenMean' } } as const
    const sequences = [{ prompt: [1], completion: [2, 3] }]
    for (const verb of [
      (e) => e.info(), (e) => e.loadModel(source), (e) => e.encode(['a b', 'c']), (e) => e.decode([[1, 2]]), (e) => e.snapshot('first'),
      (e) => e.forwardBackward(sequences, loss), (e) => e.gradients(), (e) => e.optimStep(step), (e) => e.logprobs(sequences),
      (e) => e.logprobs(sequences, 'first'), (e) => e.restore('first'), (e) => e.dropSnapshot('first'), (e) => e.resetOptimizer()
    ] satisfies ((engine: typeof local) => Promise<unknown>)[]) {
      assert.deepEqual(await verb(engine), await verb(local))
    }
    const seconds = (completions: SampledCompletion[]): unknown[] => completions.map((completion) => ({ ...completion, seconds: 0 }))
    assert.deepEqual(seconds(await engine.sample(prompts, parameters)), seconds(await local.sample(prompts, parameters)))
  })

  it('reports each completion once while sampling, and returns all in order', async () => {
    const engine = await start()
    await engine.loadModel(source)
    const finished: SampledCompletion[] = []
    let partial = 0
    const all = await engine.sample(prompts, parameters, { finished: (completion) => finished.push(completion), partial: () => partial++ })
    assert.deepEqual(all.map((c) => [c.promptIndex, c.sampleIndex]), [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1]])
    assert.equal(finished.length, 5)
    assert.deepEqual(new Set(finished), new Set(all))
    assert.ok(partial > 0)
  })

  it('carries errors over with boundary, code, message, remedy and place', async () => {
    const engine = await start()
    const local = createFakeEngine()
    await engine.loadModel(source)
    await local.loadModel(source)
    for (const verb of [(e) => e.renderChat([[]]), (e) => e.restore('missing'), (e) => e.encode(['nonsense'])] satisfies ((engine: typeof local) => Promise<unknown>)[]) {
      const [over, here] = [await rejection(verb(engine)), await rejection(verb(local))]
      for (const key of ['boundary', 'code', 'message', 'remedy', 'place'] as const) assert.equal(over[key], here[key])
    }
    const unplanned = await rejection(engine.encode(['throw']))
    assert.equal(unplanned.code, 'engine/internal')
    assert.match(unplanned.message, /not meant for people/)
    assert.match(String(unplanned.cause), /serveFake\.fixture/)
  })

  it('refuses results that JSON would turn into null', async () => {
    const engine = await start()
    await engine.loadModel(source)
    const step = { name: 'adamw', learningRate: 2, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 1 } as const
    const error = await rejection(engine.optimStep(step))
    assert.equal(error.code, 'engine/not-finite')
    assert.equal(error.place, 'updateNorm')
  })

  it('rejects all pending calls when the process is killed in the middle of one, and later ones too', async () => {
    const engine = await start()
    const pending = [engine.encode(['block']), engine.info(), engine.sample(prompts, parameters)].map(rejection)
    await new Promise((resolve) => setTimeout(resolve, 50))
    process.kill(engine.pid, 'SIGKILL')
    for (const error of await Promise.all(pending)) {
      assert.equal(error.code, 'engine/died')
      assert.match(error.message, /SIGKILL/)
    }
    assert.equal((await rejection(engine.info())).code, 'engine/died')
  })

  it('says with what exit code and last words the process ended', async () => {
    const engine = await start()
    const error = await rejection(engine.encode(['exit']))
    assert.equal(error.code, 'engine/died')
    assert.match(error.message, /exit code 7.*the last words/s)
  })

  it('stops a call whose deadline has passed and names the file', async () => {
    const engine = await start({ tokenizerSeconds: 0.2 })
    await engine.loadModel(source)
    const [first, second] = await Promise.all([rejection(engine.encode(['block'])), rejection(engine.info())])
    assert.equal(first.code, 'model/deadline')
    assert.match(first.place ?? '', /tokenizer\.json/)
    assert.equal(second.code, 'engine/died')
    await untilDead(engine.pid)
  })

  it('does not count the calls before it into a deadline', async () => {
    const engine = await start({ tokenizerSeconds: 2 })
    await engine.loadModel(source)
    const controller = new AbortController()
    const sampling = engine.sample(prompts, { ...parameters, stop: ['endless'] }, {}, controller.signal)
    const encoding = engine.encode(['a'])
    setTimeout(() => controller.abort(), 2500)
    assert.equal((await sampling)[0]?.stopReason, 'cancelled')
    assert.deepEqual(await encoding, [[1]])
  })

  it('passes an abort on, also one that came before the call', async () => {
    const engine = await start()
    const [completion] = await engine.sample(prompts, { ...parameters, stop: ['endless'] }, {}, AbortSignal.timeout(20))
    assert.equal(completion?.stopReason, 'cancelled')
    await engine.loadModel(source)
    // Endless, so that the abort that follows the request cannot come too late.
    const all = await engine.sample(prompts, { ...parameters, stop: ['endless'] }, {}, AbortSignal.abort())
    assert.deepEqual(new Set(all.map((c) => c.stopReason)), new Set(['cancelled']))
  })

  it('kills an engine that ignores a cancellation', async () => {
    const engine = await start({ cancelSeconds: 0.2 })
    const error = await rejection(engine.sample(prompts, { ...parameters, stop: ['deaf'] }, {}, AbortSignal.timeout(20)))
    assert.equal(error.code, 'engine/died')
    assert.match(error.message, /cancellation/)
  })

  it('is not disturbed by what a preload or the engine prints to standard output', async () => {
    const noise = `data:text/javascript,${encodeURIComponent('console.log("Content-Length: 3\\r\\n\\r\\n"); console.error("noise")')}`
    const engine = await start({ entry: { ...entry, execArgv: ['--import', noise, ...entry.execArgv] } })
    assert.deepEqual(await engine.encode(['print']), [])
    assert.equal((await engine.info()).name, 'fake')
  })

  it('inherits no secrets and no Node options', async () => {
    process.env['SECRET_TOKEN'] = 'x'
    process.env['NODE_OPTIONS'] = '--no-deprecation'
    try {
      const engine = await start({ environment: { GIVEN: '1' } })
      assert.deepEqual(await engine.encode(['environment', 'SECRET_TOKEN', 'NODE_OPTIONS', 'PATH', 'GIVEN']), [[0, 0, 0, 1, 1]])
    } finally {
      delete process.env['SECRET_TOKEN']
      delete process.env['NODE_OPTIONS']
    }
  })

  it('gives a program in another language what it needs besides, in a folder of ours, and nothing that could name other code', async () => {
    const given = { HF_HOME: '/h', CUDA_VISIBLE_DEVICES: '0', OMP_NUM_THREADS: '2', PYTHONPATH: '/hostile', PYTHONSTARTUP: '/hostile', HF_TOKEN: 'x', SECRET_TOKEN: 'x' }
    const before = Object.fromEntries(Object.keys(given).map((name) => [name, process.env[name]]))
    Object.assign(process.env, given)
    try {
      const folder = realpathSync(tmpdir())
      const engine = await start({ entry: { ...entry, program: { path: process.execPath, folder, inherits: PYTHON_INHERITS, environment: pythonVariables({}) } } })
      assert.deepEqual(await engine.encode(['environment', ...Object.keys(given), 'HF_HUB_OFFLINE']), [[0, 1, 1, 1, 0, 0, 0, 0, 1]])
      assert.deepEqual(await engine.encode(['folder', folder]), [[0, 1]])
      assert.deepEqual([pythonVariables({})['HF_HUB_OFFLINE'], pythonVariables({ HF_HUB_OFFLINE: '0' })['HF_HUB_OFFLINE']], ['1', '0'])
    } finally {
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      }
    }
  })

  it('tells of what the engine does on its own', async () => {
    const notices: EngineNotice[] = []
    const engine = await start({ onNotice: (notice) => notices.push(notice) })
    await engine.loadModel(source)
    assert.deepEqual(await engine.encode(['notice']), [])
    assert.deepEqual(notices, [{ kind: 'outOfMemory', detail: 'full', microBatchTokens: 7 }])
  })

  it('says why it could not start', async () => {
    const missing = await rejection(start({ entry: { file: '/does/not/exist.mjs', execArgv: [] } }))
    assert.equal(missing.code, 'engine/no-start')
    assert.match(missing.message, /exit code 1.*Cannot find module/s)
    const silent = await rejection(start({ entry: { file: '-e', execArgv: [] }, args: ['setTimeout(() => {}, 1e6)'], startSeconds: 0.5 }))
    assert.equal(silent.code, 'engine/no-start')
  })

  for (const [what, last] of [['waits', ''], ['is busy', "engine.encode(['block']).catch(() => {})"]]) {
    it(`ends when its parent is killed while it ${what}`, async () => {
      const script = `
        import { startEngineProcess } from ${JSON.stringify(new URL('./engineProcess.ts', import.meta.url).href)}
        const engine = await startEngineProcess({ entry: ${JSON.stringify(entry)} })
        ${last}
        setTimeout(() => console.log(engine.pid), 100)`
      const parent = spawn(process.execPath, ['--import', tsx, '--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
      const [pid] = (await once(parent.stdout, 'data')) as [Buffer]
      assert.ok(isAlive(Number(pid)))
      parent.kill('SIGKILL')
      await untilDead(Number(pid))
    })
  }

  it('ends when it is closed, and refuses calls afterwards', async () => {
    const engine = await start()
    await engine.close()
    assert.ok(!isAlive(engine.pid))
    assert.equal((await rejection(engine.info())).code, 'engine/closed')
  })
})

describe('engine entry', () => {
  it('is the source beside source and the bundle beside a bundle', () => {
    assert.match(onnxEngineEntry('file:///app/trainer/engines/engineEntry.ts').file, /engines[\\/]onnx[\\/]main\.ts$/)
    assert.deepEqual(onnxEngineEntry(pathToFileURL('/app/dist/lab.mjs').href).execArgv, [])
    assert.match(onnxEngineEntry(pathToFileURL('/app/dist/lab.mjs').href).file, /dist[\\/]engine\.mjs$/)
  })
})
