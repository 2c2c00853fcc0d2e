import assert from 'node:assert/strict'
import { cpSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { QueryHostError } from '../../extension/queries/hostError.ts'
import { LabError } from '../../trainer/errors.ts'
import { PAGE_ROWS } from '../../trainer/protocol/queries.ts'
import type { GroupRow, RolloutRow, ViewInfo } from '../../trainer/protocol/rolloutViews.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { QueryDatabase } from '../../trainer/query/database.ts'
import { newRun, rollout, temporaryFolder, weighed } from '../../trainer/stores/fixtures.ts'
import { createRun } from '../../trainer/stores/runDirectory.ts'
import { TestQueries } from './queryServer.ts'

const SORT = { by: 'recorded', descending: false } as const
const STEPS = [1, 2, 3]
const OF_STEP = 6

/** Steps 1 and 2 in a shard and step 3 in a file; 3 groups of 2 in each. */
async function mixedRun(): Promise<{ directory: string; rollouts: Rollout[] }> {
  const directory = join(temporaryFolder(), 'run')
  const run = await createRun(newRun(directory))
  const rollouts: Rollout[] = []
  for (const step of STEPS) {
    const open = run.rollouts.openStep({ kind: 'train', step })
    const own = [0, 1, 2].flatMap((group) => [0, 1].map((sample) => rollout({ step, group, sample, tokens: 5 })))
    for (const one of own) open.append(one)
    open.seal(weighed(own))
    rollouts.push(...weighed(own))
  }
  await run.rollouts.compact({ throughStep: 2, all: true })
  run.close()
  return { directory, rollouts }
}

describe('queries over shards and files alike', function () {
  this.timeout(60_000)
  const queries = new TestQueries()
  let directory = ''
  let rollouts: Rollout[] = []
  before(async () => ({ directory, rollouts } = await mixedRun()))
  after(() => queries.close())

  const ofStep = (step: number): Rollout[] => rollouts.filter((one) => one.step === step)
  const openStep = (step: number, by: 'rollouts' | 'groups' = 'rollouts', run = directory): Promise<ViewInfo> =>
    queries.ask('rollouts/open', { runs: [run], filter: { steps: { from: step, to: step }, superseded: true }, sort: SORT, by, follow: false })
  const pageOf = async (view: string, offset: number, limit: number): Promise<readonly RolloutRow[]> => (await queries.ask('rollouts/page', { view, offset, limit })).rows
  const groupsOf = async (step: number): Promise<readonly GroupRow[]> => (await queries.ask('groups/page', { view: (await openStep(step, 'groups')).view, offset: 0, limit: 100 })).rows
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
  /** Another copy of the run, which the query process has not read yet. */
  const copy = (): string => {
    const place = join(temporaryFolder(), 'run')
    cpSync(directory, place, { recursive: true })
    return place
  }

  it('count by step', async () => {
    for (const step of STEPS) {
      const own = ofStep(step)
      const right = own.filter(({ correct }) => correct === true).length
      const info = await openStep(step)
      assert.deepEqual([info.count, info.right, info.wrong, info.notScorable, info.total], [OF_STEP, right, OF_STEP - right, 0, STEPS.length * OF_STEP])
      const rows = await pageOf(info.view, 0, 100)
      assert.deepEqual([sum(rows.map(({ completionTokens }) => completionTokens)), rows.filter(({ superseded }) => superseded).length], [5 * OF_STEP, 0])
      const groups = await groupsOf(step)
      assert.deepEqual([groups.length, sum(groups.map((group) => group.right)), sum(groups.map(({ graded }) => graded))], [3, right, OF_STEP])
      assert.equal(sum(groups.map(({ meanReward, size }) => meanReward! * size)) / OF_STEP, sum(own.map(({ reward }) => reward.total!)) / OF_STEP)
    }
  })

  it('read pages and whole rollouts exactly', async () => {
    for (const step of [2, 3]) {
      const own = ofStep(step)
      const { view } = await openStep(step)
      const page = await pageOf(view, 1, 3)
      assert.deepEqual(page.map(({ id }) => id), own.slice(1, 4).map(({ id }) => id))
      for (const [i, { id }] of page.entries()) assert.deepEqual(await queries.ask('rollouts/one', { run: directory, id }), own[i + 1])
    }
    assert.equal(await queries.ask('rollouts/one', { run: directory, id: "' OR true --" }), null)
  })

  it('tell the history of a problem', async () => {
    const { count, rows } = await queries.ask('problems/history', { runs: [directory], problemId: 'problem-1', offset: 0, limit: 100 })
    const own = rollouts.filter(({ problemId }) => problemId === 'problem-1')
    assert.equal(count, own.length)
    assert.deepEqual(rows.map(({ id, correct, reward }) => [id, correct, reward]), own.map(({ id, correct, reward }) => [id, correct, reward.total]))
  })

  it('read a step once where a killed compaction left it in a file and in a shard', async () => {
    const run = copy()
    writeFileSync(join(run, 'rollouts', 'step-000001.jsonl'), ofStep(1).map((one) => `${JSON.stringify(one)}\n`).join(''))
    for (const step of STEPS) assert.equal((await openStep(step, 'rollouts', run)).count, OF_STEP)
  })

  it('keep a step whose file a recovery removes while the run is open', async () => {
    const run = copy()
    const left = join(run, 'rollouts', 'step-000001.jsonl')
    writeFileSync(left, ofStep(1).map((one) => `${JSON.stringify(one)}\n`).join(''))
    const counts: number[] = []
    for (let look = 0; look < 4; look++) {
      counts.push((await openStep(1, 'rollouts', run)).count)
      rmSync(left, { force: true })
    }
    assert.deepEqual(counts, [OF_STEP, OF_STEP, OF_STEP, OF_STEP])
    const [first] = ofStep(1)
    assert.deepEqual(await queries.ask('rollouts/one', { run, id: first!.id }), first)
  })

  it('keep to the size of a page', async () => {
    const { view } = await openStep(1)
    for (const [offset, limit] of [[0, PAGE_ROWS + 1], [0, 0], [-1, 10]] as const) {
      await assert.rejects(pageOf(view, offset, limit), (error) => error instanceof QueryHostError && error.code === 'wrong-parameters')
    }
  })

  it('refuse a link among the files by name', async () => {
    const run = copy()
    const link = join(run, 'rollouts', 'step-000009.jsonl')
    symlinkSync(join(run, 'run.json'), link)
    const { count, total, notices } = await openStep(9, 'rollouts', run)
    assert.deepEqual([count, total, notices.map(({ place }) => place)], [0, STEPS.length * OF_STEP, [link]])
    assert.match(notices[0]!.message, /symbolic link/)
  })

  it('stop a statement at its deadline, and go on with the next', async () => {
    const db = await QueryDatabase.open({ threads: 1, memoryMegabytes: 100, files: [] })
    const endless = 'SELECT count(*) AS n FROM range(100000) a, range(100000) b, range(1000) c WHERE (a.range * b.range + c.range) % 7 = 3'
    await assert.rejects(db.rows(endless, { deadlineSeconds: 0.2 }), (error) => LabError.is(error, 'query-deadline'))
    assert.deepEqual(await db.rows('SELECT 1 AS one'), [{ one: 1 }])
    db.close()
  })
})
