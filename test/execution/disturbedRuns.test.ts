import assert from 'node:assert/strict'
import { createRunControl } from '../../trainer/orchestrator/cancellation.ts'
import { finalWeights } from '../../trainer/orchestrator/deaths.fixture.ts'
import { testRun } from '../../trainer/orchestrator/run.fixture.ts'
import type { TestOptions, TestRun } from '../../trainer/orchestrator/run.fixture.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { QUICKJS } from '../../trainer/sandbox/quickjs/quickjsBackend.ts'
import type { Sandbox } from '../../trainer/sandbox/sandbox.ts'
import { createWasmSandbox } from '../../trainer/sandbox/wasm/wasmSandbox.ts'
import { disturbed, finish, isRight, lasting, partsWith, PROGRAM_RUN, rolloutsOf, workers } from './programRun.ts'

const isNull = ({ reward }: Rollout): boolean => reward.total === null
/** How many rollouts the metrics say could not be scored, over all steps. */
const toldNotScorable = ({ events }: TestRun): number => events.reduce((sum, event) => sum + (event.type === 'stepFinished' ? (event.metrics['rollouts/notScorable'] ?? 0) : 0), 0)

describe('runs whose programs are run by workers that fail', function () {
  this.timeout(60_000)
  let startable = true
  let sandbox: Sandbox
  let expected: { readonly weights: string; readonly rollouts: readonly Rollout[] }
  const runs: TestRun[] = []
  const begin = async (file: Partial<Parameters<typeof testRun>[0]> = {}): Promise<TestRun> => {
    const run = await testRun({ ...PROGRAM_RUN, ...file })
    runs.push(run)
    return run
  }
  const killWorkers = (): void => workers().forEach((pid) => process.kill(pid, 'SIGKILL'))
  const assertJudgedAsEver = (rollouts: readonly Rollout[]): void => {
    for (const rollout of rollouts) if (rollout.correct !== null) assert.equal(rollout.correct, isRight(rollout), rollout.segments[0]!.text)
  }

  before(async () => {
    sandbox = createWasmSandbox({ ...QUICKJS, program: () => (startable ? QUICKJS.program() : { url: 'file:///none.mjs', flags: [] }) }, { workers: 2 })
    const run = await begin()
    assert.equal(await finish(run, { parts: partsWith(sandbox, 0) }), 'finished')
    expected = { weights: await finalWeights(run), rollouts: await rolloutsOf(run) }
  })
  after(async () => {
    await sandbox.close()
    assert.deepEqual(workers(), [])
    for (const run of runs) run.remove()
  })

  it('has every verdict right where nothing is disturbed, bombs and early exits among them', () => {
    assertJudgedAsEver(expected.rollouts)
    const verdicts = new Set(expected.rollouts.flatMap(({ executions = [] }) => executions.flatMap(({ tests }) => tests.map(({ verdict }) => verdict))))
    assert.deepEqual([...verdicts].sort(), ['memory', 'noResult', 'pass', 'wrongValue'])
  })

  it('tries again what killed workers left, and ends with the same bits', async () => {
    const run = await begin()
    const parts = partsWith(disturbed(sandbox, (count) => (count === 12 || count === 40) && killWorkers()), 3)
    assert.equal(await finish(run, { parts }), 'finished')
    const rollouts = await rolloutsOf(run)
    assert.ok(parts.executor!.statistics().retries > 0)
    assert.deepEqual(rollouts.map(lasting), expected.rollouts.map(lasting))
    assert.equal(await finalWeights(run), expected.weights)
  })

  it('goes on with null where killed workers are not tried again, and counts them', async () => {
    const run = await begin()
    const parts = partsWith(disturbed(sandbox, (count) => count === 25 && killWorkers()), 0)
    assert.equal(await finish(run, { parts }), 'finished')
    const rollouts = await rolloutsOf(run)
    const lost = rollouts.filter(({ executions }) => executions?.some(({ failure }) => failure !== null))
    assert.ok(lost.length > 0 && lost.length < rollouts.length / 2)
    assert.ok(lost.every((rollout) => isNull(rollout) && rollout.correct === null && rollout.errors[0]?.boundary === 'sandbox'))
    assertJudgedAsEver(rollouts)
    assert.equal(toldNotScorable(run), rollouts.filter((rollout) => rollout.kind === 'train' && isNull(rollout)).length)
    const failed = run.events.flatMap((event) => (event.type === 'stepFinished' ? [event.metrics['executions/failed'] ?? 0] : []))
    assert.ok(Math.max(...failed) > 0)
  })

  it('goes on when no worker can be started for a while', async () => {
    const run = await begin()
    const failing = disturbed(sandbox, (count) => {
      if (count !== 20) return
      startable = false
      killWorkers()
    })
    const parts = partsWith({ ...failing, execute: (request, signal) => failing.execute(request, signal).catch((error: Error) => {
      startable ||= /could be started/.test(error.message)
      throw error
    }) }, 0)
    assert.equal(await finish(run, { parts }), 'finished')
    const rollouts = await rolloutsOf(run)
    assert.ok(startable && rollouts.some(isNull))
    assertJudgedAsEver(rollouts)
    assert.ok(rollouts.filter(({ step, kind }) => kind === 'evaluation' && step > 1).every((rollout) => !isNull(rollout)), 'the machine works again')
  })

  it('goes on when a reward hangs, and counts what it leaves', async () => {
    const run = await begin({ rewards: [{ name: 'tests' }, { name: 'answer' }], rewardDeadlineSeconds: 0.05 })
    let [calls, hung] = [0, 0]
    const options: TestOptions = { parts: {
      ...partsWith(sandbox, 0),
      openReward: ({ name }) => ({ name, description: '', score: () => (name === 'answer' && calls++ % 6 === 5 ? (hung++, new Promise(() => undefined)) : { score: 1, why: 'here' }) })
    } }
    assert.equal(await finish(run, options), 'finished')
    const train = (await rolloutsOf(run)).filter(({ kind }) => kind === 'train')
    assert.ok(hung > 0)
    assert.equal(train.filter(isNull).length, hung)
    assert.equal(toldNotScorable(run), hung)
    assert.ok(train.filter(isNull).every(({ executions }) => executions?.[0]?.failure === null), 'what was executed is recorded all the same')
  })

  it('stops at once with programs that never end, and goes on to the same bits', async () => {
    const run = await begin()
    const control = createRunControl()
    let started = 0
    const hanging: Sandbox = { ...sandbox, execute: (request, signal) => {
      if (++started === 30) setImmediate(() => control.stopNow())
      const files = started < 30 ? request.files : [{ path: 'program.js', text: 'for (;;);' }]
      return sandbox.execute({ ...request, files, limits: { ...request.limits, wallSeconds: 3600, cpuSeconds: 3600 } }, signal)
    } }
    assert.equal(await finish(run, { parts: partsWith(hanging, 3) }, control), 'stopped')
    assert.equal(await finish(run, { parts: partsWith(sandbox, 0) }), 'finished')
    assert.deepEqual((await rolloutsOf(run)).map(lasting), expected.rollouts.map(lasting))
    assert.equal(await finalWeights(run), expected.weights)
  })
})
