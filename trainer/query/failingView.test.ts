import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import type { Rollout } from '../protocol/rollout.ts'
import { newRun, rollout, temporaryFolder } from '../stores/fixtures.ts'
import { createRun } from '../stores/runDirectory.ts'
import type { RunDirectory } from '../stores/runDirectory.ts'
import { QueryState } from './queryState.ts'
import type { ViewRequest } from './rolloutView.ts'

const LIST: ViewRequest = { filter: {}, sort: { by: 'recorded', descending: false }, by: 'rollouts', follow: true }
const signal = new AbortController().signal

describe('lists that are kept up to date', () => {
  let state: QueryState
  const made: RunDirectory[] = []
  beforeEach(() => { state = QueryState.open() })
  afterEach(() => {
    state.close()
    for (const run of made.splice(0)) run.close()
  })

  /** A run whose first step is open, and what adds a rollout of a problem to it. */
  async function openRun(): Promise<{ directory: string; add: (problemId: string) => void }> {
    const run = await createRun(newRun(path.join(temporaryFolder(), 'run')))
    made.push(run)
    const open = run.rollouts.openStep({ kind: 'train', step: 1 })
    let sample = 0
    const add = (problemId: string): void => open.append({ ...rollout({ step: 1, sample: sample++, tokens: 4 }), problemId } satisfies Rollout)
    add('1')
    return { directory: fs.realpathSync(run.path), add }
  }

  it('go on where the condition of another fails, which says so', async () => {
    const { directory, add } = await openRun()
    const failing = await state.openView([directory], { ...LIST, filter: { where: 'CAST(problemId AS INTEGER) > 0' } }, 0, signal)
    const plain = await state.openView([directory], LIST, 0, signal)
    add('x')
    const told = await state.update([directory])
    assert.deepEqual(told.map(({ view, count, generation }) => [view, count, generation]), [[failing.view, 1, 1], [plain.view, 2, 2]])
    const [{ notices }] = told as [typeof told[0] & object]
    assert.match(notices[0]!.message, /^not up to date: DuckDB: Conversion Error: Could not convert string 'x'/)
    assert.equal(notices[0]!.place, 'the condition of the list')
    assert.deepEqual(await state.update([directory]), [], 'it is not tried again before something changes')
    assert.ok(!state.unfinished)
  })

  it('go on where a run cannot be read any more, whose own lists say so', async () => {
    const [broken, fine] = [await openRun(), await openRun()]
    const views = [await state.openView([broken.directory], LIST, 0, signal), await state.openView([fine.directory], LIST, 0, signal)]
    fs.writeFileSync(path.join(broken.directory, 'run.json'), '{ "version": 2 }')
    fine.add('2')
    const told = await state.update([broken.directory, fine.directory])
    assert.deepEqual(told.map(({ view, count }) => [view, count]), [[views[0]!.view, 0], [views[1]!.view, 2]])
    assert.match(told[0]!.notices[0]!.message, /not up to date: .* was written by a newer Rollout Lab/)
    assert.deepEqual(told[1]!.notices, [])
    assert.ok(!state.unfinished)
  })
})
