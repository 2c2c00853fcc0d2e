import assert from 'node:assert/strict'
import path from 'node:path'
import type { OpenedView } from '../protocol/rolloutViews.ts'
import { newRun, rollout, temporaryFolder, weighed } from '../stores/fixtures.ts'
import { createRun } from '../stores/runDirectory.ts'
import type { RunDirectory } from '../stores/runDirectory.ts'
import { QueryState } from './queryState.ts'
import type { ViewRequest } from './rolloutView.ts'
import type { RunRollouts } from './runRollouts.ts'

const STEPS = 3
const PER_STEP = 4
const LIST: ViewRequest = { filter: {}, sort: { by: 'recorded', descending: false }, by: 'rollouts', follow: false }

describe('the state of the query process', () => {
  let run: RunDirectory
  let state: QueryState
  const written: RunDirectory[] = []

  const writeRun = async (): Promise<RunDirectory> => {
    const made = await createRun(newRun(path.join(temporaryFolder(), 'run')))
    for (let step = 1; step <= STEPS; step++) {
      const own = weighed(Array.from({ length: PER_STEP }, (_, sample) => rollout({ step, group: 0, sample, tokens: 4 })))
      const open = made.rollouts.openStep({ kind: 'train', step })
      for (const one of own) open.append(one)
      open.seal(own)
    }
    written.push(made)
    return made
  }

  before(async () => { run = await writeRun() })
  after(async () => { for (const one of written) await one.close() })
  // Without any time, one file of lines is read at a look.
  beforeEach(() => { state = QueryState.open({ first: 0, more: 0 }) })
  afterEach(() => state.close())

  const openList = (): Promise<OpenedView> => state.openView([run.path], LIST, 0, new AbortController().signal)
  const rowsOf = async ({ table }: RunRollouts): Promise<number> => Number((await state.db.rows(`SELECT CAST(count(*) AS INTEGER) AS rows FROM ${table}`))[0]!.rows)

  it('gives a run as far as it can be read at once', async () => {
    assert.equal(await rowsOf(await state.run(run.path)), PER_STEP)
    assert.ok(state.unfinished)
  })

  it('gives the whole run where a part would be wrong', async () => {
    assert.equal(await rowsOf(await state.wholeRun(run.path, new AbortController().signal)), STEPS * PER_STEP)
    assert.ok(!state.unfinished)
  })

  it('reads no further once nobody waits for it', async () => {
    await assert.rejects(state.wholeRun(run.path, AbortSignal.abort()), { code: 'cancelled' })
    assert.equal(await rowsOf(await state.loaded(run.path)), PER_STEP)
  })

  it('completes a list that was made of a part, even where another question read the rest', async () => {
    const { view, count } = await openList()
    assert.equal(count, PER_STEP)
    await state.wholeRun(run.path, new AbortController().signal)
    assert.ok(state.unfinished)
    assert.deepEqual((await state.update([])).map((info) => [info.view, info.count]), [[view, STEPS * PER_STEP]])
    assert.ok(!state.unfinished)
    assert.deepEqual(await state.update([]), [])
  })

  it('forgets a run that was read in part with the last list of it', async () => {
    const { view } = await openList()
    for (const other of [await writeRun(), await writeRun()]) await state.wholeRun(other.path, new AbortController().signal)
    assert.ok(state.unfinished)
    await state.closeView(view)
    assert.ok(!state.unfinished)
  })
})
