import assert from 'node:assert/strict'
import { join } from 'node:path'
import { execution, testRun } from '../../trainer/protocol/execution.fixture.ts'
import type { ExecutionRecord } from '../../trainer/protocol/execution.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { newRun, rollout, temporaryFolder, weighed } from '../../trainer/stores/fixtures.ts'
import { createRun } from '../../trainer/stores/runDirectory.ts'
import { TestQueries } from './queryServer.ts'

const OUTPUT = `line\n${'o'.repeat(100_000)}`

/** Two turns: the first with many tests, the second with a failure of the machine. */
function executionsOf(step: number): ExecutionRecord[] {
  const tests = Array.from({ length: 700 }, (_, i) => testRun(`test ${step}.${i}`, i % 7 === 0 ? 'wrongValue' : 'pass', i === 0 ? { output: OUTPUT } : {}))
  return [execution(tests), execution([testRun('lost', null)], { turn: 2, failure: 'no worker' })]
}

/** Step 1 in a shard, step 2 sealed, step 3 open; of each step the second rollout has no program. */
async function codeRun(): Promise<{ readonly directory: string; readonly rollouts: readonly Rollout[] }> {
  const directory = join(temporaryFolder(), 'run')
  const run = await createRun(newRun(directory))
  const rollouts: Rollout[] = []
  for (const step of [1, 2, 3]) {
    const open = run.rollouts.openStep({ kind: 'train', step })
    const own = weighed([{ ...rollout({ step, sample: 0, tokens: 3 }), executions: executionsOf(step) }, rollout({ step, sample: 1, tokens: 3 })])
    for (const one of own) open.append(one)
    if (step < 3) open.seal(own)
    if (step === 1) await run.rollouts.compact({ throughStep: 1, all: true })
    rollouts.push(...own)
  }
  run.close()
  return { directory, rollouts }
}

describe('executions of programs', function () {
  this.timeout(60_000)
  const queries = new TestQueries()
  let directory = ''
  let rollouts: readonly Rollout[] = []
  before(async () => ({ directory, rollouts } = await codeRun()))
  after(() => queries.close())
  const place = ({ id }: Rollout) => ({ run: directory, id })
  const programs = (): readonly Rollout[] => rollouts.filter(({ executions }) => executions !== undefined)

  it('are told by turn without their texts, from shards, sealed and open steps', async () => {
    for (const one of programs()) {
      const cards = await queries.ask('rollouts/executions', place(one))
      assert.deepEqual(cards.map(({ turn, tests, byVerdict, failure }) => [turn, tests, byVerdict.pass, byVerdict.wrongValue, byVerdict.notJudged, failure]), [[1, 700, 600, 100, 0, null], [2, 1, 0, 0, 1, 'no worker']])
      assert.ok(JSON.stringify(cards).length < 4000)
    }
    for (const one of rollouts.filter(({ executions }) => executions === undefined)) assert.deepEqual(await queries.ask('rollouts/executions', place(one)), [])
    assert.deepEqual(await queries.ask('rollouts/executions', { run: directory, id: 'unknown' }), [])
  })

  it('give their tests by range, texts cut', async () => {
    for (const one of programs()) {
      const { count, tests } = await queries.ask('rollouts/tests', { ...place(one), turn: 1, offset: 690, limit: 500 })
      assert.deepEqual([count, tests.map(({ index }) => index)], [700, Array.from({ length: 10 }, (_, i) => 690 + i)])
      const [first] = (await queries.ask('rollouts/tests', { ...place(one), turn: 1, offset: 0, limit: 1 })).tests
      assert.deepEqual([first!.cut, OUTPUT.startsWith(first!.output), first!.output.length], [true, true, 2000])
      const failing = await queries.ask('rollouts/tests', { ...place(one), turn: 1, failing: true, offset: 98, limit: 500 })
      assert.deepEqual([failing.count, failing.tests.map(({ index }) => index)], [100, [686, 693]])
      assert.deepEqual(await queries.ask('rollouts/tests', { ...place(one), turn: 3, offset: 0, limit: 10 }), { count: 0, tests: [] })
    }
  })

  it('come as they were recorded, one by one or with the rollout', async () => {
    for (const one of programs()) {
      assert.deepEqual(await queries.ask('rollouts/execution', { ...place(one), turn: 1 }), one.executions![0])
      assert.deepEqual(await queries.ask('rollouts/one', place(one)), one)
      const without = await queries.ask('rollouts/one', { ...place(one), executions: false })
      assert.equal(without?.executions?.length ?? 0, 0)
      assert.deepEqual({ ...without, executions: one.executions }, one)
    }
    assert.equal(await queries.ask('rollouts/execution', { ...place(rollouts[1]!), turn: 1 }), null)
  })
})
