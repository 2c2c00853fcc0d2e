import assert from 'node:assert/strict'
import path from 'node:path'
import type { Rollout } from '../protocol/rollout.ts'
import type { ViewInfo } from '../protocol/rolloutViews.ts'
import { newRun, rollout, temporaryFolder, weighed } from '../stores/fixtures.ts'
import { createRun } from '../stores/runDirectory.ts'
import { listedRows, runOfStep } from './listedRun.fixture.ts'
import { QueryState } from './queryState.ts'

/** A rollout of this environment with a reward part of this name. */
const named = (sample: number, environment: string, name: string): Rollout =>
  ({ ...rollout({ step: 1, sample, tokens: 4 }), environment, reward: { total: 1, parts: [{ name, score: 1, weight: 1, why: '' }] } })

async function infoOf(runs: readonly string[]): Promise<ViewInfo> {
  const state = QueryState.open()
  try {
    return await state.openView(runs, { filter: {}, sort: { by: 'recorded', descending: false }, by: 'rollouts', follow: false }, 0, new AbortController().signal)
  } finally {
    state.close()
  }
}

describe('names that can be filtered by', () => {
  for (const compacted of [false, true]) {
    it(`are those that rollouts recorded, ${compacted ? 'in a shard' : 'in lines'}, and find them`, async () => {
      const run = await runOfStep(weighed([named(0, 'largest', 'brevity'), named(1, 'countdown', 'near')]), compacted)
      const { parts, environments } = await infoOf([run])
      assert.deepEqual([[...parts].sort(), environments], [['brevity', 'near'], ['countdown', 'largest']])
      assert.equal((await listedRows([run], { parts: { brevity: { from: 0 } } })).length, 1)
      assert.equal((await listedRows([run], { environments: ['largest'] })).length, 1)
    })
  }

  it('are those of all runs of the list, each once', async () => {
    const runs = [await runOfStep([named(0, 'largest', 'brevity')], false), await runOfStep([named(0, 'largest', 'answer')], true)]
    const { parts, environments } = await infoOf(runs)
    assert.deepEqual([[...parts].sort(), environments], [['answer', 'brevity'], ['largest']])
  })
})

describe('the count of a list', () => {
  it('tells how many rollouts of its runs are of attempts that were done again', async () => {
    const run = await createRun(newRun(path.join(temporaryFolder(), 'run')))
    for (const attempt of [1, 2]) {
      const step = run.rollouts.openStep({ kind: 'train', step: 1 })
      for (let sample = 0; sample < attempt; sample++) step.append(rollout({ step: 1, attempt, sample, tokens: 4 }))
      step.close()
    }
    run.close()
    const { count, total, superseded } = await infoOf([run.path])
    assert.deepEqual([count, total, superseded], [2, 3, 1])
  })
})
