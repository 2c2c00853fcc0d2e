import assert from 'node:assert/strict'
import fc from 'fast-check'
import { AlgorithmOptions } from '../protocol/algorithmOptions.ts'
import type { TokenWeights } from './algorithm.ts'
import { penalisedReward } from './klPenalty.ts'
import { ALGORITHMS, weighGroups } from './registry.ts'
import type { BuiltInName, BuiltInOptions } from './registry.ts'
import { context, groupOf, partlyScorable } from './scoredGroups.fixture.ts'

const names = Object.keys(ALGORITHMS) as BuiltInName[]

describe('the algorithm registry', () => {
  it('holds every name that a run file may give, under its own name', () => {
    const schemas = AlgorithmOptions.options.map((schema) => schema.shape.name.value)
    // Preferences and step rewards are learned from rows: they weigh no groups.
    assert.deepEqual([...names, 'module', 'dpo', 'prm'].sort(), [...schemas].sort())
    for (const name of names) assert.equal(ALGORITHMS[name].name, name)
  })

  for (const name of names) {
    const options = AlgorithmOptions.parse({ name }) as BuiltInOptions

    it(`${name}: one finite weight or null per rollout, null wherever the reward is null or the group dropped`, () => {
      fc.assert(fc.property(fc.array(fc.tuple(partlyScorable, fc.boolean()), { maxLength: 5 }), (batch) => {
        const groups = batch.map(([rewards, kept]) => groupOf(rewards, kept))
        const { weights_P_G } = weighGroups(groups, options, context)
        assert.equal(weights_P_G.length, groups.length)
        for (const [p, group] of groups.entries()) {
          assert.equal(weights_P_G[p]?.length, group.rollouts.length)
          for (const [g, rollout] of group.rollouts.entries()) {
            const weight: TokenWeights | undefined = weights_P_G[p]?.[g]
            assert.ok(weight === null || Number.isFinite(weight))
            if (rollout.reward === null || !group.kept) assert.equal(weight, null)
          }
        }
      }))
    })

    it(`${name}: a batch of which nothing is scorable trains on nothing`, () => {
      assert.deepEqual(weighGroups([groupOf([null, null])], options, context).weights_P_G, [[null, null]])
      assert.deepEqual(weighGroups([], options, context).weights_P_G, [])
    })
  }
})

describe('penalisedReward', () => {
  it('takes the summed estimate off the reward', () => {
    assert.equal(penalisedReward(1, [0.5, 0.25], 0.5), 0.625)
  })

  it('is null for a null reward or a penalty beyond numbers', () => {
    assert.equal(penalisedReward(null, [1], 0.5), null)
    assert.equal(penalisedReward(1, [Infinity], 0.5), null)
    assert.equal(penalisedReward(1, [Infinity], 0), 1)
  })
})
