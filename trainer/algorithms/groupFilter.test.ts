import assert from 'node:assert/strict'
import fc from 'fast-check'
import { AlgorithmOptions } from '../protocol/algorithmOptions.ts'
import { GroupFilter } from '../protocol/runFile.ts'
import { filterFor, filterGroup } from './groupFilter.ts'
import { binaryRewards, groupOf, rolloutWith } from './scoredGroups.fixture.ts'

const filter = (over: object) => ({ ...GroupFilter.parse(over), dropZeroVariance: false, ...over })
const reasonFor = (rewards: readonly (number | null)[], over: object) => filterGroup(groupOf(rewards).rollouts, filter(over)).reason

describe('filterGroup', () => {
  it('keeps everything scorable when no rule is on', () => {
    fc.assert(fc.property(binaryRewards, (rewards) => assert.equal(reasonFor(rewards, {}), undefined)))
  })

  it('drops equal rewards unless told otherwise where advantages are relative to the group, and there alone', () => {
    const drops = (algorithm: object, over = {}): boolean => filterFor(GroupFilter.parse(over), AlgorithmOptions.parse(algorithm)).dropZeroVariance
    const relative = [{ name: 'grpo' }, { name: 'rloo' }, { name: 'lite-ppo' }, { name: 'critique-grpo' }, { name: 'reinforce' }, { name: 'reinforce', baseline: 'group' }]
    const others = [{ name: 'reinforce', baseline: 'batch' }, { name: 'reinforce', baseline: 'none' }, { name: 'raft' }, { name: 'reinforce-rej' }, { name: 'nsr-psr' }, { name: 'topr' }]
    assert.deepEqual(relative.map((algorithm) => drops(algorithm)), relative.map(() => true))
    assert.deepEqual(others.map((algorithm) => drops(algorithm)), others.map(() => false))
    assert.equal(drops({ name: 'grpo' }, { dropZeroVariance: false }), false)
    assert.equal(drops({ name: 'raft' }, { dropZeroVariance: true }), true)
  })

  it('drops a group in which nothing could be scored, whatever the rules', () => {
    assert.equal(reasonFor([null, null], {}), 'notScorable')
    assert.equal(reasonFor([], {}), 'notScorable')
  })

  it('drops all right and all wrong apart from each other', () => {
    assert.equal(reasonFor([1, 1, null], { dropAllRight: true }), 'allRight')
    assert.equal(reasonFor([1, 1], { dropAllWrong: true }), undefined)
    assert.equal(reasonFor([0, 0], { dropAllWrong: true }), 'allWrong')
    assert.equal(reasonFor([0, 1], { dropAllWrong: true, dropAllRight: true }), undefined)
  })

  it('drops equal rewards, also where verdicts differ', () => {
    assert.equal(filterGroup([rolloutWith(0.5, { correct: true }), rolloutWith(0.5, { correct: false })], filter({ dropZeroVariance: true })).reason, 'zeroVariance')
    assert.equal(reasonFor([0.1, 0.2], { dropZeroVariance: true }), undefined)
    assert.equal(reasonFor([1], { dropZeroVariance: true }), 'zeroVariance')
  })

  it('keeps the accuracy band with both ends', () => {
    const band = { accuracyLow: 0.25, accuracyHigh: 0.75 }
    const kept = [0, 1, 2, 3, 4].map((right) => reasonFor(Array.from({ length: 4 }, (_, i) => Number(i < right)), band) === undefined)
    assert.deepEqual(kept, [false, true, true, true, false])
  })

  it('masks truncated rollouts only when asked, and keeps their group', () => {
    const rollouts = [rolloutWith(1), rolloutWith(0, { truncated: true })]
    assert.deepEqual(filterGroup(rollouts, filter({ dropTruncated: true })), { kept: true, why: 'kept; 1 of 2 masked as truncated', masked_G: [false, true] })
    assert.deepEqual(filterGroup(rollouts, filter({})), { kept: true, why: 'kept', masked_G: [false, false] })
  })

  it('says the group’s figures', () => {
    assert.equal(filterGroup(groupOf([0, 0]).rollouts, filter({ dropZeroVariance: true })).why, 'all 2 rewards equal 0')
    assert.equal(filterGroup(groupOf([0, 1]).rollouts, filter({ accuracyHigh: 0.25 })).why, '1 of 2 right, outside of [0, 0.25]')
  })
})
