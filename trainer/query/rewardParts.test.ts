import assert from 'node:assert/strict'
import type { Rollout } from '../protocol/rollout.ts'
import type { RolloutFilter } from '../protocol/rolloutViews.ts'
import { rollout, weighed } from '../stores/fixtures.ts'
import { listedRows, runOfStep } from './listedRun.fixture.ts'

/** Rollouts of one step, each with parts of these names, scored 0, 1, 2 … in their order. */
const withParts = (...lists: readonly (readonly string[])[]): Rollout[] =>
  weighed(lists.map((names, sample) => ({ ...rollout({ step: 1, sample, tokens: 4 }), reward: { total: 1, parts: names.map((name, score) => ({ name, score, weight: 1, why: '' })) } })))

const partsOf = async (runs: readonly string[], filter?: RolloutFilter): Promise<unknown[]> => (await listedRows(runs, filter)).map(({ parts }) => parts)

describe('reward parts of equal names', () => {
  for (const compacted of [false, true]) {
    describe(compacted ? 'in a shard' : 'in lines', () => {
      it('are each a column, the later numbered', async () => {
        const run = await runOfStep(withParts(['length', 'answer', 'length', 'Length']), compacted)
        assert.deepEqual(await partsOf([run]), [{ length: 0, answer: 1, 'length#2': 2, 'Length#3': 3 }])
        assert.deepEqual(await partsOf([run], { parts: { 'length#2': { from: 2 } } }), await partsOf([run]))
        assert.deepEqual(await partsOf([run], { where: 'parts."length#2" < 2' }), [])
      })

      it('are one column where rollouts write them in other cases', async () => {
        const run = await runOfStep(withParts(['Length'], ['answer', 'length']), compacted)
        assert.deepEqual(await partsOf([run]), [{ Length: 0, answer: null }, { Length: 1, answer: 0 }])
      })
    })
  }

  it('count once where a name has the number of another already', async () => {
    const rows = withParts(['length', 'length', 'length#2'])
    for (const compacted of [false, true]) assert.deepEqual(await partsOf([await runOfStep(rows, compacted)]), [{ length: 0, 'length#2': 1 }])
  })

  it('are told of each run as it writes them', async () => {
    const runs = [await runOfStep(withParts(['Length']), true), await runOfStep(withParts(['answer', 'length']), false)]
    assert.deepEqual(await partsOf(runs), [{ Length: 0 }, { answer: 0, length: 1 }])
    assert.deepEqual(await partsOf(runs, { parts: { length: { from: 1 } } }), [{ answer: 0, length: 1 }])
    assert.deepEqual(await partsOf(runs, { where: 'parts.LENGTH = 0' }), [{ Length: 0 }])
  })
})
