import assert from 'node:assert/strict'
import path from 'node:path'
import { newRun, rollout, temporaryFolder, weighed } from '../stores/fixtures.ts'
import { createRun } from '../stores/runDirectory.ts'
import { QueryState } from './queryState.ts'
import { RolloutView } from './rolloutView.ts'
import type { TextMatches } from './rolloutView.ts'
import type { RunRollouts } from './runRollouts.ts'

const ROLLOUTS = 8
const MATCHING = 3

describe('a list with a text filter', () => {
  let state: QueryState
  let run: RunRollouts
  before(async () => {
    state = QueryState.open()
    const made = await createRun(newRun(path.join(temporaryFolder(), 'run')))
    const own = weighed(Array.from({ length: ROLLOUTS }, (_, sample) => rollout({ step: 1, sample, tokens: 4 })))
    const open = made.rollouts.openStep({ kind: 'train', step: 1 })
    for (const one of own) open.append(one)
    open.seal(own)
    made.close()
    run = await state.run(made.path)
  })
  after(() => state.close())

  const tables = async (): Promise<number> => Number((await state.db.rows("SELECT CAST(count(*) AS INTEGER) AS n FROM duckdb_tables() WHERE table_name LIKE 'text!_%' ESCAPE '!'"))[0]!['n'])
  const viewOf = (id: string, matches: TextMatches, by: 'rollouts' | 'groups' = 'rollouts'): RolloutView =>
    new RolloutView(id, [{ name: run.directory, run }], { filter: { text: 'x' }, sort: { by: 'recorded', descending: false }, by, follow: true }, state.db, state.labels, matches)
  const firstRows: TextMatches = async () => (await state.db.integers(`SELECT row FROM ${run.table} ORDER BY row`)).slice(0, MATCHING)

  it('counts what matches while it is made anew', async () => {
    const view = viewOf('view1', firstRows, 'groups')
    await view.refresh()
    let refreshing = true
    const refreshed = (async () => {
      for (let i = 0; i < 40; i++) await view.refresh()
      refreshing = false
    })()
    while (refreshing) {
      const [{ counts, missing }, { rows }] = await Promise.all([view.histogram('completionTokens', 2), view.searchable()])
      assert.deepEqual([counts.reduce((sum, count) => sum + count, missing), rows.length], [MATCHING, MATCHING])
    }
    await refreshed
    assert.equal(await tables(), 1)
    await view.close()
    assert.equal(await tables(), 0)
  })

  it('leaves no table behind that is closed while it is made anew', async () => {
    let closing: Promise<void> | undefined
    const view: RolloutView = viewOf('view2', async (text, signal) => {
      closing = view.close()
      return firstRows(text, signal)
    })
    await view.refresh()
    await closing
    assert.equal(await tables(), 0)
  })
})
