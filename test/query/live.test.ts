import assert from 'node:assert/strict'
import { appendFileSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { RolloutRow, ViewInfo } from '../../trainer/protocol/rolloutViews.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { newRun, rollout, temporaryFolder, weighed } from '../../trainer/stores/fixtures.ts'
import { createRun, openRun } from '../../trainer/stores/runDirectory.ts'
import type { RunDirectory } from '../../trainer/stores/runDirectory.ts'
import { TestQueries } from './queryServer.ts'

const SORT = { by: 'recorded', descending: false } as const

/** A step of 6 groups of 4. */
const rolloutsOf = (step: number, attempt = 1): Rollout[] => [0, 1, 2, 3, 4, 5].flatMap((group) => [0, 1, 2, 3].map((sample) => rollout({ step, group, sample, attempt, tokens: 12 })))

describe('queries over a run that is being written', function () {
  this.timeout(180_000)
  let queries: TestQueries
  let run: RunDirectory
  let last: ViewInfo | undefined

  beforeEach(async () => {
    queries = new TestQueries()
    run = await createRun(newRun(join(temporaryFolder(), 'run')))
    last = undefined
    queries.notices.on('viewChanged', (info: ViewInfo) => { last = info })
  })
  afterEach(() => {
    queries.close()
    run.close()
  })

  const follow = (superseded = true) => queries.ask('rollouts/open', { runs: [run.path], filter: { superseded }, sort: SORT, by: 'rollouts', follow: true })
  const rowsOf = async (view: string): Promise<readonly RolloutRow[]> => (await queries.ask('rollouts/page', { view, offset: 0, limit: 500 })).rows
  /** Waits for the view to say so; ends in mocha's timeout where it never does. */
  const until = async (fits: () => boolean): Promise<void> => {
    while (!fits()) await delay(10)
  }

  it('shows rollouts as they are recorded, weighed and moved, each exactly once', async () => {
    const { view, count } = await follow()
    assert.equal(count, 0)
    const seen: string[][] = []
    let looking = true
    const looked = (async () => {
      // One look after the other: a slow machine must not be asked faster than it answers.
      for (; looking; await delay(15)) await rowsOf(view).then((rows) => seen.push(rows.map(({ id }) => id)), () => undefined)
    })()
    const all: Rollout[] = []
    for (let step = 1; step <= 8; step++) {
      const open = run.rollouts.openStep({ kind: 'train', step })
      const own = rolloutsOf(step)
      for (const [i, one] of own.entries()) {
        open.append(one)
        if (i % 8 === 0) await delay(2)
      }
      await until(() => last?.count === all.length + own.length)
      open.seal(weighed(own))
      all.push(...weighed(own))
      if (step % 3 === 0) await run.rollouts.compact({ throughStep: step, all: true })
    }
    await run.rollouts.compact({ throughStep: 8, all: true })
    const complete = async (): Promise<boolean> => (await rowsOf(view)).every(({ kept }) => kept === true)
    while (!(await complete())) await delay(20)
    looking = false
    await looked
    const rows = await rowsOf(view)
    assert.deepEqual(rows.map(({ id }) => id), all.map(({ id }) => id))
    for (const [i, one] of all.entries()) {
      assert.deepEqual(await queries.ask('rollouts/one', { run: run.path, id: one.id }), one)
      assert.equal(rows[i]!.advantage, (one.reward.total ?? 0) - 0.5)
    }
    assert.ok(seen.length > 5)
    for (const ids of seen) assert.deepEqual(ids, all.slice(0, ids.length).map(({ id }) => id))
    const excerpts = await queries.ask('rollouts/excerpts', { rollouts: all.slice(0, 100).map(({ id }) => ({ run: run.path, id })), characters: 5 })
    assert.deepEqual(excerpts.map((excerpt) => excerpt?.completion), new Array(100).fill('ab\u0000"'))
  })

  it('marks what a step done again replaces, at once', async () => {
    const { view } = await follow()
    const first = run.rollouts.openStep({ kind: 'train', step: 1 })
    for (const one of rolloutsOf(1).slice(0, 5)) first.append(one)
    await until(() => last?.count === 5)
    first.close()
    const again = run.rollouts.openStep({ kind: 'train', step: 1 })
    const own = rolloutsOf(1, 2)
    for (const one of own.slice(0, 3)) again.append(one)
    await until(() => last?.count === 8)
    const flags = (await rowsOf(view)).map(({ attempt, superseded }) => [attempt, superseded])
    assert.deepEqual(flags, [...new Array(5).fill([1, true]), ...new Array(3).fill([2, false])])
    for (const one of own.slice(3)) again.append(one)
    again.seal(weighed(own))
    await until(() => last?.count === 5 + own.length)
    while (!(await rowsOf(view)).some(({ kept }) => kept === true)) await delay(20)
    assert.deepEqual((await rowsOf(view)).map(({ superseded }) => superseded), [...new Array(5).fill(true), ...new Array(own.length).fill(false)])
  })

  it('leaves half a line alone until it is whole, and names a damaged one', async () => {
    const { view } = await follow()
    const place = join(run.path, 'rollouts', 'open-000001.jsonl')
    const lines = rolloutsOf(1).slice(0, 3).map((one) => `${JSON.stringify(one)}\n`)
    appendFileSync(place, `${lines[0]}${lines[1]!.slice(0, 700)}`)
    await until(() => last?.count === 1)
    appendFileSync(place, `${lines[1]!.slice(700)}{"broken":\n${lines[2]}`)
    await until(() => last?.count === 3)
    assert.deepEqual(last!.notices.map(({ place: where, count }) => [where, count]), [[place, 1]])
    truncateSync(place, Buffer.byteLength(lines[0]!))
    await until(() => last?.count === 1)
    assert.equal((await rowsOf(view)).length, 1)
  })

  it('opens a run with sealed steps, shards and an open step as one list', async () => {
    const all: Rollout[] = []
    for (let step = 1; step <= 4; step++) {
      const open = run.rollouts.openStep({ kind: 'train', step })
      for (const one of rolloutsOf(step)) open.append(one)
      open.seal(weighed(rolloutsOf(step)))
      all.push(...weighed(rolloutsOf(step)))
    }
    await run.rollouts.compact({ throughStep: 2, all: true })
    const open = run.rollouts.openStep({ kind: 'train', step: 5 })
    for (const one of rolloutsOf(5).slice(0, 6)) open.append(one)
    all.push(...rolloutsOf(5).slice(0, 6))
    const { view, count } = await follow()
    await until(() => (last?.count ?? count) === all.length)
    assert.deepEqual((await rowsOf(view)).map(({ id }) => id), all.map(({ id }) => id))
    for (const at of [0, 50, all.length - 1]) assert.deepEqual(await queries.ask('rollouts/one', { run: run.path, id: all[at]!.id }), all[at])
  })

  it('tells what changes, and that a run is gone', async () => {
    await queries.ask('runs/watch', { runs: [run.path], folders: [join(run.path, '..')] })
    const metrics = queries.next('changed', ({ what }) => what.includes('metrics'))
    run.metrics.append({ version: 1, stage: 'rl', step: 1, at: '2025-01-31T12:00:00.000Z', seconds: 1, values: { 'reward/mean': 0.5 } })
    assert.equal((await metrics).run, run.path)
    const list = queries.next('changed', ({ what }) => what.includes('list'))
    const gone = queries.next('changed', ({ what }) => what.includes('gone'))
    run.close()
    rmSync(run.path, { recursive: true })
    await Promise.all([list, gone])
    run = await createRun(newRun(join(temporaryFolder(), 'other')))
  })

  it('is started again when it dies, and watches what was watched', async () => {
    queries.watch({ runs: [run.path], folders: [] })
    await queries.ask('runs/list', { folders: [] })
    const restarted = new Promise((resolve) => queries.notices.once('restarted', resolve))
    process.kill(queries.pid!, 'SIGKILL')
    await restarted
    await queries.ask('runs/list', { folders: [] })
    const changed = queries.next('changed', ({ what }) => what.includes('events'))
    run.events.append({ version: 1, at: '2025-01-31T12:00:00.000Z', step: 1, type: 'runPaused' })
    assert.equal((await changed).run, run.path)
    assert.match(readFileSync(join(run.path, 'events.jsonl'), 'utf8'), /runPaused/)
  })

  it('reads a run that is opened again after a kill', async () => {
    const open = run.rollouts.openStep({ kind: 'train', step: 1 })
    for (const one of rolloutsOf(1)) open.append(one)
    run.close()
    run = await openRun(run.path)
    const { count } = await follow()
    assert.equal(count, rolloutsOf(1).length)
  })
})
