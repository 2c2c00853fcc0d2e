import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import type { QueryResults } from '../protocol/queries.ts'
import { newRun, rollout, temporaryFolder, weighed } from '../stores/fixtures.ts'
import { createRun } from '../stores/runDirectory.ts'
import { runOfStep } from './listedRun.fixture.ts'
import { queryHandlers } from './queryHandlers.ts'
import { QueryState } from './queryState.ts'

async function history(runs: readonly string[]): Promise<QueryResults['problems/history']> {
  const state = QueryState.open()
  const nothing = (): void => undefined
  try {
    const handlers = queryHandlers({ state, watch: nothing, viewsChanged: nothing, labelsFollowed: nothing, notify: nothing })
    return await handlers['problems/history']({ runs: [...runs], problemId: 'problem-0', offset: 0, limit: 10 }, new AbortController().signal)
  } finally {
    state.close()
  }
}

describe('a problem through time', () => {
  it('leaves out runs that cannot be read, and says which and why', async () => {
    const fine = await runOfStep([rollout({ step: 1, tokens: 4 })], false)
    const [damaged, newer] = [await runOfStep([rollout({ step: 1, tokens: 4 })], false), await runOfStep([rollout({ step: 1, tokens: 4 })], false)]
    fs.writeFileSync(path.join(damaged, 'run.json'), '{')
    fs.writeFileSync(path.join(newer, 'run.json'), '{ "version": 99 }')
    const deleted = path.join(temporaryFolder(), 'deleted')
    const { count, rows, unread } = await history([damaged, fine, newer, deleted])
    assert.deepEqual([count, rows.map(({ run }) => run)], [1, [fine]])
    assert.deepEqual(unread.map(({ run }) => run), [damaged, newer, deleted])
    assert.match(unread[1]!.why, /newer Rollout Lab/)
    assert.match(unread[2]!.why, /deleted or moved/)
  })

  it('goes from the oldest on: the evaluation at a step was made after its update', async () => {
    const run = await createRun(newRun(path.join(temporaryFolder(), 'run')))
    for (const kind of ['evaluation', 'train'] as const) {
      for (const step of [2, 1]) {
        const own = weighed([rollout({ kind, step, tokens: 4 })])
        const open = run.rollouts.openStep({ kind, step })
        for (const one of own) open.append(one)
        open.seal(own)
      }
    }
    run.close()
    const { rows } = await history([run.path])
    assert.deepEqual(rows.map(({ step, kind }) => [step, kind]), [[1, 'train'], [1, 'evaluation'], [2, 'train'], [2, 'evaluation']])
  })

  it('is empty where none of the runs can be read', async () => {
    const { count, rows, unread } = await history([path.join(temporaryFolder(), 'deleted')])
    assert.deepEqual([count, rows, unread.length], [0, [], 1])
  })
})
