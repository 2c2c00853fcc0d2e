import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { newRun, rollout, temporaryFolder, weighed } from '../stores/fixtures.ts'
import { createRun } from '../stores/runDirectory.ts'
import { QueryState } from './queryState.ts'
import type { ViewRequest } from './rolloutView.ts'

const LIST: ViewRequest = { filter: {}, sort: { by: 'recorded', descending: false }, by: 'rollouts', follow: true }
const signal = new AbortController().signal

describe('a run at the path of another', () => {
  let state: QueryState
  let directory: string
  beforeEach(async () => {
    state = QueryState.open()
    directory = path.join(temporaryFolder(), 'run')
  })
  afterEach(() => state.close())

  /** A finished run of these steps, all of them in one shard. */
  async function makeRun(place: string, steps: readonly number[], part = 'answer'): Promise<void> {
    const run = await createRun(newRun(place))
    for (const step of steps) {
      const own = weighed([0, 1].map((sample) => rollout({ step, sample, tokens: 4 }))).map((one) => ({ ...one, reward: { total: 1, parts: [{ name: part, score: 1, weight: 1, why: '' }] } }))
      const open = run.rollouts.openStep({ kind: 'train', step })
      for (const one of own) open.append(one)
      open.seal(own)
    }
    await run.rollouts.compact({ throughStep: 100, all: true })
    run.close()
  }

  const stepsOf = async (view: string): Promise<number[]> => (await state.view(view).rollouts(0, 100)).map(({ step }) => step)
  const open = async (request = LIST): Promise<string> => (await state.openView([directory], request, 0, signal)).view

  it('is listed itself once the first was removed, though that was kept in memory', async () => {
    await makeRun(directory, [1, 2])
    const first = await open()
    assert.deepEqual(await stepsOf(first), [1, 1, 2, 2])
    await state.closeView(first)
    fs.rmSync(directory, { recursive: true })
    await makeRun(directory, [7], 'format')
    const second = await open()
    assert.deepEqual(await stepsOf(second), [7, 7])
    assert.deepEqual((await state.view(second).rollouts(0, 1))[0]!.parts, { format: 1 }, 'the parts of the first are gone with it')
  })

  it('takes the place of the first in lists that are open, those that do not follow too', async () => {
    await makeRun(directory, [1, 2])
    const views = [await open(), await open({ ...LIST, follow: false })]
    fs.rmSync(directory, { recursive: true })
    await makeRun(directory, [7])
    assert.deepEqual((await state.update([fs.realpathSync(directory)])).map(({ view, count }) => [view, count]), views.map((view) => [view, 2]))
    for (const view of views) assert.deepEqual(await stepsOf(view), [7, 7])
  })

  it('is what is told of it where no list is open', async () => {
    await makeRun(directory, [1])
    await state.loaded(directory)
    fs.rmSync(directory, { recursive: true })
    await makeRun(directory, [7])
    const { table } = await state.loaded(directory)
    assert.deepEqual(await state.db.rows(`SELECT DISTINCT step FROM ${table}`), [{ step: 7 }])
  })

  it('is told by its shards where the record stayed', async () => {
    const other = path.join(temporaryFolder(), 'other')
    await makeRun(directory, [1, 2])
    await makeRun(other, [5])
    const view = await open()
    fs.cpSync(path.join(other, 'rollouts'), path.join(directory, 'rollouts'), { recursive: true })
    await state.update([fs.realpathSync(directory)])
    assert.deepEqual(await stepsOf(view), [5, 5])
  })

  it('leaves an empty list where its shards vanish for good', async () => {
    await makeRun(directory, [1, 2])
    const view = await open()
    const [shard, aside] = [path.join(directory, 'rollouts', 'shard-00000.parquet'), path.join(directory, 'aside')]
    fs.renameSync(shard, aside)
    const looking = state.update([fs.realpathSync(directory)])
    await delay(50)
    fs.renameSync(aside, shard)
    await looking
    assert.deepEqual(await stepsOf(view), [1, 1, 2, 2], 'one look may miss a file')
    fs.rmSync(shard)
    await state.update([fs.realpathSync(directory)])
    assert.deepEqual(await stepsOf(view), [])
    assert.ok(!state.unfinished)
  })

  it('leaves the list of the first as it is while there is none', async () => {
    await makeRun(directory, [1, 2])
    const view = await open()
    const real = fs.realpathSync(directory)
    fs.rmSync(directory, { recursive: true })
    for (let look = 0; look < 3; look++) assert.deepEqual(await state.update([real]), [])
    assert.deepEqual(await stepsOf(view), [1, 1, 2, 2])
  })
})
