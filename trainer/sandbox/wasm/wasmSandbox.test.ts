import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { LabError } from '../../errors.ts'
import { Limits } from '../../protocol/execution.ts'
import type { ExecutionOutcome, Sandbox } from '../sandbox.ts'
import { crashingKind } from './crashingKind.fixture.ts'
import { createWasmSandbox } from './wasmSandbox.ts'

const isGone = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true // No such process.
  }
}

describe('candidates in processes of WebAssembly', function () {
  this.timeout(60_000)
  let sandbox: Sandbox
  before(() => { sandbox = createWasmSandbox(crashingKind, { workers: 2 }) })
  after(() => sandbox.close())

  /** One call for each input; the text says what goes wrong at which. */
  const run = (text: string, inputs = ['a', 'b', 'c'], wallSeconds = 60, signal?: AbortSignal): Promise<ExecutionOutcome> =>
    sandbox.execute({ language: 'javascript', files: [{ path: 'main.js', text }], calls: inputs.map((stdin) => ({ style: 'stdin', stdin })), limits: Limits.parse({ wallSeconds }) }, signal)
  const ends = ({ calls }: ExecutionOutcome): string[] => calls.map(({ end }) => end.ended)
  const refusal = (code: string, message = /./) => (error: unknown) => LabError.is(error, code) && message.test(error.message)

  it('gives an outcome for every call, in their order', async () => {
    const outcome = await run('fine')
    assert.deepEqual(outcome.calls.map(({ end }) => end), Array.from({ length: 3 }, () => ({ ended: 'value', value: 1 })))
    assert.deepEqual([outcome.sightings, outcome.limitsHit, outcome.cpuSeconds], [[], [], 0])
  })

  it('kills what does not come back, and runs the other calls all the same', async () => {
    const outcome = await run('hang b', ['a', 'b', 'c'], 0.3)
    assert.deepEqual([ends(outcome), outcome.limitsHit, outcome.cpuSeconds], [['value', 'timeout', 'value'], ['wallSeconds'], null])
  })

  it('lays a gold query that does not end to the machine, and the candidate’s own to the candidate', async () => {
    const query = (text: string): Promise<ExecutionOutcome> => sandbox.execute({
      language: 'javascript', files: [{ path: 'main.js', text }], calls: ['a', 'b', 'c'].map((schema) => ({ style: 'query', schema, gold: '' })), limits: Limits.parse({ wallSeconds: 0.1 })
    })
    assert.deepEqual(ends(await query('hang b')), ['value', 'timeout', 'value'])
    for (const text of ['gold b', 'slowGold b']) await assert.rejects(query(text), refusal('sandbox/infrastructure', /gold query/))
  })

  it('gives a candidate up that had to be killed again and again', async () => {
    const outcome = await run('crash a b c', ['a', 'b', 'c', 'd', 'e'])
    assert.deepEqual(ends(outcome), ['noResult', 'noResult', 'noResult', 'noResult', 'noResult'])
    assert.match(JSON.stringify(outcome.calls[3]?.end), /not run/)
  })

  it('runs no more of a candidate that took all of its time three times', async () => {
    const outcome = await run('slow a b d', ['a', 'b', 'c', 'd', 'e', 'f'])
    assert.deepEqual(ends(outcome), ['timeout', 'timeout', 'value', 'timeout', 'timeout', 'timeout'])
    assert.deepEqual(outcome.calls.map(({ end }) => 'message' in end && /not run/.test(end.message)), [false, false, false, false, true, true])
  })

  it('lays a crash to the candidate', async () => {
    assert.deepEqual(ends(await run('crash b')), ['value', 'noResult', 'value'])
    assert.deepEqual(ends(await run('throw b')), ['value', 'noResult', 'value'])
    assert.deepEqual(ends(await run('broken b')), ['value', 'value', 'value'])
    const outcome = await run('memory b')
    assert.deepEqual([ends(outcome), outcome.limitsHit], [['value', 'memory', 'value'], ['memoryMegabytes']])
  })

  it('lays a death that came late to nobody who comes after', async () => {
    const one = createWasmSandbox(crashingKind, { workers: 1 })
    const job = (text: string): Promise<ExecutionOutcome> =>
      one.execute({ language: 'javascript', files: [{ path: 'main.js', text }], calls: [{ style: 'stdin', stdin: 'a' }], limits: Limits.parse({ wallSeconds: 60 }) })
    assert.deepEqual(ends(await job('late a')), ['value'])
    assert.deepEqual(ends(await job('fine')), ['value'])
    assert.deepEqual(ends(await job('crash a')), ['noResult'])
    await one.close()
  })

  it('lays a process that was killed from outside to the machine', async () => {
    await assert.rejects(run('killed b'), refusal('sandbox/infrastructure'))
  })

  it('takes nothing but reports for reports', async () => {
    assert.deepEqual(ends(await run('babble b')), ['value', 'noResult', 'value'])
    assert.match(JSON.stringify((await run('noJson')).calls[0]?.end), /exception.*no JSON/)
  })

  it('refuses what it does not run', async () => {
    await assert.rejects(sandbox.execute({ language: 'python', files: [], calls: [], limits: Limits.parse({}) }), refusal('sandbox/unsupported', /python/))
    await assert.rejects(sandbox.execute({ language: 'javascript', files: [], calls: [{ style: 'call', function: 'f', args: [] }], limits: Limits.parse({}) }), refusal('sandbox/unsupported', /call/))
  })

  it('stops at once where it is cancelled', async () => {
    const stop = new AbortController()
    const running = run('hang a', ['a'], 600, stop.signal)
    setTimeout(() => stop.abort(), 50)
    await assert.rejects(running, refusal('sandbox/cancelled'))
    assert.deepEqual(ends(await run('fine', ['a'])), ['value'])
  })

  it('lets one candidate that hangs delay no other', async () => {
    const stop = new AbortController()
    const hanging = run('hang a', ['a'], 600, stop.signal)
    for (let i = 0; i < 5; i++) assert.deepEqual(ends(await run('fine', ['a'])), ['value'])
    stop.abort()
    await assert.rejects(hanging)
  })

  it('leaves no process behind', async () => {
    const other = createWasmSandbox(crashingKind, { workers: 2 })
    const request = { language: 'javascript' as const, files: [{ path: 'main.js', text: 'pid' }], calls: [{ style: 'stdin' as const, stdin: '' }], limits: Limits.parse({}) }
    const outcomes = await Promise.all([other.execute(request), other.execute(request)])
    const pids = outcomes.map(({ calls: [first] }) => (first?.end.ended === 'value' ? Number(first.end.value) : 0))
    assert.ok(pids.every((pid) => pid > 0 && !isGone(pid)))
    await other.close()
    assert.ok(pids.every(isGone))
  })

  it('leaves no process behind when the trainer is killed under a candidate that hangs', async () => {
    const trainer = spawnSync(process.execPath, ['--import', 'tsx', fileURLToPath(new URL('dyingTrainer.fixture.ts', import.meta.url))], { encoding: 'utf8' })
    const worker = Number(trainer.stdout)
    assert.ok(worker > 0, trainer.stderr)
    while (!isGone(worker)) await new Promise((resolve) => setTimeout(resolve, 20))
  })
})
