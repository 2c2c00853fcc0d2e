import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Engine, EngineFactory } from '../engines/engine.ts'
import type { FailureScript } from '../engines/fake/failures.ts'
import { LabError } from '../errors.ts'
import type { RunEvent } from '../protocol/events.ts'
import { createRunControl, RunStopped } from './cancellation.ts'
import type { RunControl } from './cancellation.ts'
import { runTrainer } from './runTrainer.ts'
import { testRun } from './run.fixture.ts'
import type { TestOptions, TestRun } from './run.fixture.ts'

const FILE = { steps: 5, evaluation: { problems: 2, samples: 1, k: [1] } }

async function weightsOf(run: TestRun): Promise<string> {
  const { directory } = await run.open()
  const last = (await directory.checkpoints.latestWhole())!
  directory.close()
  assert.equal(last.checkpoint.step, 5)
  return readFileSync(join(last.directory, 'fake-model.json'), 'utf8') + readFileSync(join(last.directory, 'fake-optimizer.json'), 'utf8')
}

describe('an engine that dies and a run that is stopped', () => {
  const runs: TestRun[] = []
  afterEach(() => runs.splice(0).forEach((run) => run.remove()))

  async function fresh(): Promise<TestRun> {
    const run = await testRun(FILE)
    runs.push(run)
    return run
  }

  async function go(run: TestRun, options: TestOptions = {}, control: RunControl = createRunControl()): Promise<string> {
    const { parts, directory } = await run.open(options)
    try {
      return (await runTrainer(parts, control)).state
    } finally {
      directory.close()
    }
  }

  async function undisturbed(): Promise<string> {
    const run = await fresh()
    assert.equal(await go(run), 'finished')
    return weightsOf(run)
  }

  const crashFirst = (verb: string, count: number): TestOptions => ({
    engine: (start) => ({ failures: ((v, c) => (start === 1 && v === verb && c === count ? 'crash' : undefined)) satisfies FailureScript })
  })

  for (const [verb, count] of [['sample', 5], ['forwardBackward', 4], ['optimStep', 1], ['save', 3], ['encode', 3]] as const) {
    it(`ends with the same bits when the engine dies in ${verb} call ${count}`, async () => {
      const run = await fresh()
      assert.equal(await go(run, crashFirst(verb, count)), 'finished')
      assert.equal(run.events.filter(({ type }) => type === 'engineRestarted').length, 1)
      assert.equal(await weightsOf(run), await undisturbed())
    })
  }

  it('does not go on on the processor where a GPU began, and can be resumed where there is one', async () => {
    const run = await fresh()
    const lost: TestOptions = { engine: (start) => (start === 1 ? { ...crashFirst('optimStep', 3).engine!(1), device: 'cuda:0' } : {}) }
    for (const options of [lost, {}]) {
      await assert.rejects(go(run, options), (error) => LabError.is(error, 'engine/device-lost') && error.place === 'cuda:0' && /no device but the processor/.test(error.message))
    }
    assert.equal(await go(run, { engine: () => ({ device: 'cuda:1' }) }), 'finished')
    assert.equal(await weightsOf(run), await undisturbed())
  })

  it('can be resumed to the same bits where the device of an engine that died is gone', async () => {
    const [undisturbed, run] = [await fresh(), await fresh()]
    await go(undisturbed)
    const { parts, directory } = await run.open({ engine: () => ({ failures: (verb, call) => (verb === 'optimStep' && call === 3 ? 'crash' : undefined) }) })
    let starts = 0
    const startEngine: EngineFactory = async (options) => {
      if (++starts > 1) throw new LabError('engine', 'engine/no-device', 'The device "cuda:0" is not there.', { remedy: 'Choose another.' })
      return parts.startEngine(options)
    }
    try {
      await assert.rejects(runTrainer({ ...parts, startEngine }, createRunControl()), (error) => LabError.is(error, 'engine/no-device'))
    } finally {
      directory.close()
    }
    assert.equal(run.events.at(-1)?.type, 'runFailed')
    assert.equal(await go(run), 'finished')
    assert.equal(await weightsOf(run), await weightsOf(undisturbed))
  })

  it('tells of what an engine did on its own', async () => {
    const run = await fresh()
    const { parts, directory } = await run.open()
    const starved: EngineFactory = async (options) => {
      const engine = await parts.startEngine(options)
      let steps = 0
      const forwardBackward: Engine['forwardBackward'] = (...given) => {
        if (++steps === 1) options.onNotice?.({ kind: 'slowSampling', detail: 'weights are cast' })
        if (steps === 2) options.onNotice?.({ kind: 'samplerMismatch', detail: '0.5 nats a token' })
        if (steps === 3) options.onNotice?.({ kind: 'outOfMemory', detail: 'tried to get 2 GiB', microBatchTokens: 512 })
        if (steps === 4) options.onNotice?.({ kind: 'outOfMemory', detail: 'sampling goes on with 8 completions at a time' })
        if (steps === 5) options.onNotice?.({ kind: 'attention', detail: 'torch.attention is "flash", and heads are too large for it' })
        if (steps === 5) options.onNotice?.({ kind: 'noKernels', detail: 'no C compiler' })
        return engine.forwardBackward(...given)
      }
      return { ...engine, forwardBackward }
    }
    try {
      assert.equal((await runTrainer({ ...parts, startEngine: starved }, createRunControl())).state, 'finished')
    } finally {
      directory.close()
    }
    const told = run.events.flatMap((event) => (event.type === 'warning' && event.code.startsWith('engine/') ? [[event.step, event.code, event.message] as const] : []))
    assert.deepEqual(told.slice(2), [
      [2, 'engine/out-of-memory', 'Out of memory, and done again in smaller parts of 512 tokens (microBatchTokens): tried to get 2 GiB'],
      [3, 'engine/out-of-memory', 'Out of memory: sampling goes on with 8 completions at a time'],
      [4, 'engine/attention', 'torch.attention is "flash", and heads are too large for it'],
      [4, 'engine/no-kernels', 'Sampling is several times slower than it could be, since its kernels cannot be compiled here: no C compiler. '
        + 'They need a C compiler and the headers of this Python (on Debian and Ubuntu gcc and python3-dev).']
    ])
    assert.deepEqual(told.slice(0, 2).map(([step, code]) => [step, code]), [[0, 'engine/slow-sampling'], [1, 'engine/sampler-mismatch']])
    assert.match(told[0]![2], /: weights are cast\. Set "masterWeights": false/)
    assert.match(told[1]![2], /: 0\.5 nats a token\. Set "sampler": "own"/)
  })

  it('can be stopped while it waits for its device, and goes on later', async () => {
    const run = await fresh()
    const { parts, directory } = await run.open()
    const control = createRunControl()
    const waits: EngineFactory = async ({ onNotice }) => {
      onNotice?.({ kind: 'waitsForDevice', detail: 'The device cuda-0 is in use.' })
      control.stop()
      throw new RunStopped()
    }
    const summary = await runTrainer({ ...parts, startEngine: waits }, control)
    assert.deepEqual([summary.state, directory.state.read()?.status], ['stopped', 'stopped'])
    directory.close()
    const told = run.events.flatMap((event) => (event.type === 'warning' ? [[event.code, event.message]] : []))
    assert.deepEqual(told, [['engine/waits-for-device', 'The device cuda-0 is in use. The run begins once it is free.']])
    assert.equal(await go(run), 'finished')
  })

  it('gives up when engines keep dying', async () => {
    const run = await fresh()
    const options: TestOptions = { engine: () => ({ failures: (verb) => (verb === 'sample' ? 'crash' : undefined) }), parts: { limits: { engineRestarts: 2 } } }
    await assert.rejects(go(run, options), { code: 'engine/died-too-often' })
    assert.equal(run.events.filter(({ type }) => type === 'engineRestarted').length, 2)
  })

  it('stops at the end of the step with a checkpoint, and resumes to the same bits', async () => {
    const run = await fresh()
    const control = createRunControl()
    const onEvent = (event: RunEvent): void => void (event.type === 'stepStarted' && event.step === 3 && control.stop())
    assert.equal(await go(run, { onEvent }, control), 'stopped')
    const { directory } = await run.open()
    assert.equal((await directory.checkpoints.latestWhole())!.checkpoint.step, 3)
    assert.equal(directory.state.read()!.status, 'stopped')
    assert.equal(directory.summary.read()!.state, 'stopped')
    directory.close()
    assert.equal(await go(run), 'finished')
    assert.equal(await weightsOf(run), await undisturbed())
  })

  it('stops at once, keeps what was scored without scoring it again, and resumes to the same bits', async () => {
    const run = await fresh()
    const control = createRunControl()
    const scored: string[] = []
    const openReward = () => ({
      name: 'answer',
      score: ({ problem, completion, verdict }: { problem: { id: string }; completion: string; verdict: { correct: boolean } }) => {
        scored.push(`${problem.id} ${completion}`)
        if (scored.length === 2 * 24 + 5) control.stopNow()
        return { score: Number(verdict.correct), why: '' }
      }
    })
    const engine = () => ({ chunkTokens: 1 })
    assert.equal(await go(run, { engine, parts: { openReward } }, control), 'stopped')
    const before = scored.length
    assert.equal(await go(run, { engine, parts: { openReward } }), 'finished')
    const recordedTwice = (await rowsOfStep(run, 3)).filter(({ superseded }) => superseded)
    const kept = recordedTwice.filter(({ reward }) => reward.total !== null).length
    assert.ok(kept > 0, 'some rollouts had been scored before the stop')
    assert.equal(scored.length - before, 3 * 24 - kept)
    assert.equal(await weightsOf(run), await undisturbed())
  })

  it('closes an engine that does not obey', async () => {
    const run = await fresh()
    const control = createRunControl()
    const onEvent = (event: RunEvent): void => void (event.type === 'stepStarted' && setImmediate(() => control.stopNow()))
    const options: TestOptions = {
      engine: () => ({ failures: (verb, count) => (verb === 'sample' && count === 3 ? 'hang' : undefined) }), onEvent, parts: { limits: { stopGraceSeconds: 0 } }
    }
    assert.equal(await go(run, options, control), 'stopped')
    assert.equal(await go(run), 'finished')
    assert.equal(await weightsOf(run), await undisturbed())
  })

  async function rowsOfStep(run: TestRun, step: number) {
    const { directory } = await run.open()
    const rows = await directory.rollouts.readStep({ kind: 'train', step })
    directory.close()
    return rows ?? []
  }
})
