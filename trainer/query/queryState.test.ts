import assert from 'node:assert/strict'
import path from 'node:path'
import { newRun, rollout, temporaryFolder, weighed } from '../stores/fixtures.ts'
import { createRun } from '../stores/runDirectory.ts'
import type { RunDirectory } from '../stores/runDirectory.ts'
import { QueryState } from './queryState.ts'
import type { RunRollouts } from './runRollouts.ts'

const STEPS = 3
const PER_STEP = 4

describe('the state of the query process', () => {
  let run: RunDirectory
  let state: QueryState

  before(async () => {
    run = await createRun(newRun(path.join(temporaryFolder(), 'run')))
    for (let step = 1; step <= STEPS; step++) {
      const own = weighed(Array.from({ length: PER_STEP }, (_, sample) => rollout({ step, group: 0, sample, tokens: 4 })))
      const open = run.rollouts.openStep({ kind: 'train', step })
      for (const one of own) open.append(one)
      open.seal(own)
    }
  })
  after(() => run.close())
  // Without any time, one file of lines is read at a look.
  beforeEach(async () => { state = await QueryState.open({ first: 0, more: 0 }) })
  afterEach(() => state.close())

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
})
