import assert from 'node:assert/strict'
import path from 'node:path'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import type { RolloutFilter } from '../../trainer/protocol/rolloutViews.ts'
import { QueryState } from '../../trainer/query/queryState.ts'
import { newRun, rollout, temporaryFolder } from '../../trainer/stores/fixtures.ts'
import { createRun } from '../../trainer/stores/runDirectory.ts'
import { brushOf, withBrush } from '../../webviews/inspector/filters/brushedWhere.ts'

/** Many values lie on edges of the bins, or where a division rounds to the other side of one. */
const BINS = 40
const valued = (sample: number): Rollout => {
  const { segments: [segment], ...rest } = rollout({ step: 1, sample, tokens: sample + 1 })
  const value = (sample - 50) / 25
  return { ...rest, filter: { kept: true, why: '' }, reward: { total: value, parts: [] }, segments: [{ ...segment!, advantages: segment!.tokens.map(() => value) }] }
}

describe('a range drawn on a histogram', () => {
  let state: QueryState
  let directory: string

  before(async () => {
    const run = await createRun(newRun(path.join(temporaryFolder(), 'run')))
    const own = Array.from({ length: 101 }, (_, sample) => valued(sample))
    const step = run.rollouts.openStep({ kind: 'train', step: 1 })
    for (const one of own) step.append(one)
    step.seal(own)
    run.close()
    directory = run.path
    state = QueryState.open()
  })
  after(() => state.close())

  const listOf = (filter: RolloutFilter) => state.openView([directory], { filter, sort: { by: 'recorded', descending: false }, by: 'rollouts', follow: false }, 0, new AbortController().signal)

  for (const column of ['reward', 'advantage', 'completionTokens'] as const) {
    it(`lists as many rollouts as its bars show: ${column}`, async () => {
      const { view } = await listOf({})
      const { edges, counts } = await state.view(view).histogram(column, BINS)
      const listed: number[] = []
      for (const bin of counts.keys()) listed.push((await listOf(withBrush({}, brushOf(column, edges, [bin, bin])!))).count)
      assert.deepEqual(listed, counts)
    })
  }
})
