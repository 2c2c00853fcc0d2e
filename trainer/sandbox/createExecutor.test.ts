import assert from 'node:assert/strict'
import { LabError } from '../errors.ts'
import { CodeTask, WorkspaceTask } from '../protocol/execution.ts'
import { createExecutor } from './createExecutor.ts'
import type { ExecutorOptions } from './createExecutor.ts'
import { createFakeSandbox } from './fake/fakeSandbox.ts'
import type { FakeScript, FakeSandbox } from './fake/fakeSandbox.ts'
import type { Executor } from './executor.ts'

const TASK = CodeTask.parse({
  kind: 'code', language: 'python', files: [{ path: 'f.py', text: 'def f(x): return x' }],
  tests: [1, 2].map((n) => ({ style: 'call', name: `t${n}`, function: 'f', args: [n], expected: n, visible: true }))
})
const WORKSPACE = WorkspaceTask.parse({
  kind: 'workspace', repository: '/r', commit: 'a'.repeat(40), folder: '', files: [], editable: ['a.js'], runner: { name: 'mocha' }, testFiles: [], failToPass: ['a'], passToPass: ['b']
})

function setUp(script: FakeScript = {}, options: Partial<ExecutorOptions> = {}): { sandbox: FakeSandbox; executor: Executor } {
  const sandbox = createFakeSandbox(script)
  return { sandbox, executor: createExecutor({ sandboxes: [sandbox], retries: 2, concurrency: 2, pauseSeconds: 0, ...options }) }
}
const echo: FakeScript['answer'] = (call) => ({ ended: 'value', value: call.style === 'call' ? call.args[0]! : null })

/** A promise that somebody else settles. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { opened, open: () => open() }
}
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('createExecutor', () => {
  it('runs and judges a program', async () => {
    const { executor, sandbox } = setUp({ answer: echo })
    const record = await executor.run(TASK, { turn: 2 })
    assert.deepEqual([record.turn, record.backend, record.language, record.retries, record.failure], [2, 'fake', 'python', 0, null])
    assert.deepEqual(record.tests.map(({ verdict }) => verdict), ['pass', 'pass'])
    assert.deepEqual(record.files, TASK.files)
    assert.deepEqual(sandbox.requests, [{ language: 'python', files: TASK.files, calls: [1, 2].map((n) => ({ style: 'call', function: 'f', args: [n] })), limits: TASK.limits }])
  })

  it('tries again what the machine failed at, and counts it', async () => {
    const { executor } = setUp({ answer: echo, failures: 2 })
    const record = await executor.run(TASK)
    assert.deepEqual([record.retries, record.failure, record.tests[0]?.verdict], [2, null, 'pass'])
    assert.deepEqual({ ...executor.statistics(), busySeconds: 0 }, { executions: 1, failures: 0, retries: 2, busySeconds: 0 })
  })

  it('leaves null verdicts where the machine goes on failing, and runs what comes next', async () => {
    const { executor } = setUp({ answer: echo, failures: 3 })
    const record = await executor.run(TASK)
    assert.deepEqual([record.retries, record.failure, record.tests.map(({ verdict }) => verdict)], [2, 'The scripted machine failed.', [null, null]])
    assert.equal((await executor.run(TASK)).failure, null)
    assert.deepEqual({ ...executor.statistics(), busySeconds: 0 }, { executions: 2, failures: 1, retries: 2, busySeconds: 0 })
  })

  it('gives executions that come together a time in all, whether they wait or go on, and the next batch its own', async () => {
    const { executor, sandbox } = setUp({ answer: (call) => (call.style === 'call' && call.args[0] === 1 ? new Promise(() => undefined) : { ended: 'value', value: 2 }) }, { batchSeconds: 0.05 })
    const quick = { ...TASK, tests: TASK.tests.slice(1) }
    const records = await Promise.all([quick, TASK, TASK, TASK, quick].map((task) => executor.run(task)))
    assert.deepEqual(records.map(({ failure }) => failure?.slice(0, 24)), [undefined, ...Array<string>(4).fill('Not over 0.05 s after th')])
    assert.deepEqual([sandbox.active(), records[1]!.tests.map(({ verdict }) => verdict)], [0, [null, null]])
    await new Promise((resolve) => setTimeout(resolve, 60))
    assert.equal((await executor.run(quick)).failure, null)
    assert.equal(executor.statistics().failures, 4)
  })

  it('tells a batch whose time is over from one that was cancelled', async () => {
    const { executor } = setUp({ answer: () => new Promise(() => undefined) }, { batchSeconds: 60 })
    const controller = new AbortController()
    const running = executor.run(TASK, { signal: controller.signal })
    controller.abort()
    await assert.rejects(running, (error) => LabError.is(error, 'sandbox/cancelled'))
  })

  it('tries nothing again that a candidate did', async () => {
    const { executor, sandbox } = setUp({ answer: () => ({ ended: 'noResult', message: 'killed itself' }) })
    const record = await executor.run(TASK)
    assert.deepEqual([record.failure, record.retries, record.tests[0]?.verdict, sandbox.requests.length], [null, 0, 'noResult', 1])
  })

  it('does not try again what a backend cannot do', async () => {
    const unsupported = createFakeSandbox()
    let tries = 0
    const refusing = { ...unsupported, execute: () => Promise.reject(new LabError('sandbox', 'sandbox/unsupported', `no ${++tries}`, { remedy: '' })) }
    const record = await createExecutor({ sandboxes: [refusing], retries: 5, concurrency: 1, pauseSeconds: 0 }).run(TASK)
    assert.deepEqual([record.failure, tries], ['no 1', 1])
  })

  it('has so many executions at a time, the others wait in order, and says how long it was busy', async () => {
    let now = 0
    const first = gate()
    const started: string[] = []
    const { executor, sandbox } = setUp({ answer: async (call, { files }) => {
      started.push(files[0]!.text)
      await first.opened
      return echo!(call, { files } as never)
    } }, { seconds: () => now })
    const named = (text: string): CodeTask => ({ ...TASK, tests: TASK.tests.slice(0, 1), files: [{ path: 'f.py', text }] })
    const records = ['a', 'b', 'c', 'd'].map((text) => executor.run(named(text)))
    await settled()
    assert.deepEqual([started, sandbox.active()], [['a', 'b'], 2])
    now = 7
    first.open()
    const queueSeconds = (await Promise.all(records)).map((record) => record.queueSeconds)
    assert.deepEqual([started, sandbox.mostActive(), queueSeconds], [['a', 'b', 'c', 'd'], 2, [0, 0, 7, 7]])
    now = 100
    assert.equal(executor.statistics().busySeconds, 7)
  })

  it('ends a cancelled execution at once, waiting or running, and leaves the place to others', async () => {
    const never = new Promise<never>(() => undefined)
    let hangs = true
    const { executor } = setUp({ answer: (call, request) => (hangs ? never : echo!(call, request)) }, { concurrency: 1 })
    const [running, waiting] = [new AbortController(), new AbortController()]
    const runs = [running, waiting].map(({ signal }) => executor.run(TASK, { signal }))
    await settled()
    waiting.abort()
    await assert.rejects(runs[1]!, { code: 'sandbox/cancelled' })
    running.abort()
    await assert.rejects(runs[0]!, { code: 'sandbox/cancelled' })
    hangs = false
    assert.equal((await executor.run(TASK)).failure, null)
    const gone = new AbortController()
    gone.abort()
    await assert.rejects(executor.run(TASK, { signal: gone.signal }), { code: 'sandbox/cancelled' })
    assert.equal(executor.statistics().executions, 1)
  })

  it('takes the first backend that speaks the language and the style, and says where none does', async () => {
    const [js, python] = [createFakeSandbox({ languages: ['javascript'], styles: ['call'] }), createFakeSandbox({ languages: ['python', 'javascript'], styles: ['call', 'stdin'], answer: echo })]
    const executor = createExecutor({ sandboxes: [js, python], retries: 0, concurrency: 1, remedy: 'Install it.' })
    await executor.run(TASK)
    await executor.run({ ...TASK, language: 'javascript' })
    await executor.run({ ...TASK, language: 'javascript', tests: [{ style: 'stdin', name: 's', stdin: '', expected: '', visible: true, fresh: false }] })
    assert.deepEqual([js.requests.length, python.requests.length], [1, 2])
    const sql = await executor.run({ ...TASK, language: 'sql' })
    assert.deepEqual([sql.failure, sql.tests[0]?.verdict], ['No sandbox that works here runs programs in sql by call (there is fake, fake). Install it.', null])
    assert.deepEqual(executor.backendFor({ kind: 'code', language: 'python' }), { backend: 'fake' })
    assert.deepEqual(executor.backendFor({ kind: 'workspace' }), { missing: 'No sandbox that works here runs the tests of a workspace (there is fake, fake).', remedy: 'Install it.' })
  })

  it('puts the limits of a run in the place of the task’s', async () => {
    const { executor, sandbox } = setUp({}, { limits: { wallSeconds: 1 } })
    await executor.run(TASK)
    assert.deepEqual(sandbox.requests[0]?.limits, { ...TASK.limits, wallSeconds: 1 })
  })

  it('gives tests of a workspace to its runner with a sandbox that runs programs, retries its failures and closes it', async () => {
    let [tries, closed] = [0, false]
    const { executor, sandbox } = setUp({ command: () => ({}) }, {
      workspaces: {
        test: async (task, given) => {
          assert.deepEqual([task.commit, given], [WORKSPACE.commit, sandbox])
          if (tries++ === 0) throw new LabError('sandbox', 'sandbox/infrastructure', 'disk full', { remedy: '' })
          return { tests: [{ name: 'a', visible: true, fresh: false, verdict: 'pass', why: '', output: '', outputCut: false, seconds: 1 }], signals: [], limitsHit: [], seconds: 3 }
        },
        close: async () => void (closed = true)
      }
    })
    const record = await executor.run(WORKSPACE)
    assert.deepEqual([record.language, record.retries, record.seconds, record.tests.map(({ verdict }) => verdict)], [null, 1, 3, ['pass']])
    await executor.close()
    assert.ok(closed && sandbox.closed())
  })

  it('has a null verdict for each test of a workspace that could not be run', async () => {
    const { executor } = setUp({ command: () => ({}) }, { workspaces: { test: () => Promise.reject(new Error('no copy')), close: async () => undefined } })
    const record = await executor.run(WORKSPACE)
    assert.deepEqual(record.tests.map(({ name, verdict }) => [name, verdict]), [['a', null], ['b', null]])
    assert.equal(record.failure, 'no copy')
  })
})
