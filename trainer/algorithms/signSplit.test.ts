import assert from 'node:assert/strict'
import fc from 'fast-check'
import { NsrPsrOptions, RaftOptions, ReinforceRejOptions, SftOptions, ToprOptions } from '../protocol/algorithmOptions.ts'
import type { ScoredRollout } from './algorithm.ts'
import { nsrPsr } from './nsrPsr.ts'
import { raft } from './raft.ts'
import { reinforceRej } from './reinforceRej.ts'
import { binaryRewards, context, groupOf, onlyGroup, rolloutWith } from './scoredGroups.fixture.ts'
import { sft } from './sft.ts'
import { topr } from './topr.ts'

const unverified = rolloutWith(1, { correct: null })

describe('sft', () => {
  const weigh = (rewards: readonly (number | null)[], kept = true) => sft.weigh([groupOf(rewards, kept)], SftOptions.parse({ name: 'sft' }), context)

  it('weighs every demonstration 1, whatever its reward', () => {
    assert.deepEqual(weigh([1, 0, -3]), {
      weights_P_G: [[1, 1, 1]], as: 'weights', loss: { terms: [{ kind: 'crossEntropy', weight: 1 }], normalisation: { kind: 'tokenMean' } }
    })
  })

  it('leaves out what is not scorable or was dropped', () => {
    assert.deepEqual(onlyGroup(weigh([null, 1])), [null, 1])
    assert.deepEqual(onlyGroup(weigh([1, 1], false)), [null, null])
  })
})

describe('raft', () => {
  const options = (over: object = {}) => RaftOptions.parse({ name: 'raft', ...over })
  const weigh = (rollouts: readonly ScoredRollout[], over: object = {}) => onlyGroup(raft.weigh([{ kept: true, rollouts }], options(over), context))

  it('keeps exactly the right completions', () => {
    fc.assert(fc.property(binaryRewards, (rewards) => {
      assert.deepEqual(weigh(groupOf(rewards).rollouts), rewards.map((reward) => (reward === 1 ? 1 : null)))
    }))
  })

  it('keeps the best right completion, the first of equals, and none of a wrong group', () => {
    const rollouts = [rolloutWith(9, { correct: false }), rolloutWith(1), rolloutWith(2, { correct: true }), rolloutWith(2, { correct: true })]
    assert.deepEqual(weigh(rollouts, { keep: 'best' }), [null, null, 1, null])
    assert.deepEqual(weigh(groupOf([0, 0]).rollouts, { keep: 'best' }), [null, null])
  })

  it('gives each problem a total weight of 1 with perProblem', () => {
    fc.assert(fc.property(binaryRewards, (rewards) => {
      fc.pre(rewards.includes(1))
      const total = weigh(groupOf(rewards).rollouts, { perProblem: true }).reduce<number>((sum, weight) => sum + Number(weight ?? 0), 0)
      assert.ok(Math.abs(total - 1) < 1e-12)
    }))
  })

  it('skips rollouts without reward or verdict', () => {
    assert.deepEqual(weigh([unverified, rolloutWith(null, { correct: true }), rolloutWith(1)]), [null, null, 1])
  })

  it('is cross-entropy, and as RAFT++ a clipped policy gradient of the same weights', () => {
    const plain = raft.weigh([groupOf([1, 0])], options(), context)
    const plusPlus = raft.weigh([groupOf([1, 0])], options({ plusPlus: true }), context)
    assert.deepEqual(plain.weights_P_G, plusPlus.weights_P_G)
    assert.deepEqual([plain.as, plain.loss.terms], ['weights', [{ kind: 'crossEntropy', weight: 1 }]])
    assert.deepEqual([plusPlus.as, plusPlus.loss.terms], ['advantages', [{ kind: 'policyGradient', weight: 1, ratio: 'token', clipLow: 0.2, clipHigh: 0.2 }]])
  })
})

describe('reinforce-rej', () => {
  const weigh = (rollouts: readonly ScoredRollout[], over: object = {}) =>
    onlyGroup(reinforceRej.weigh([{ kept: true, rollouts }], ReinforceRejOptions.parse({ name: 'reinforce-rej', ...over }), context))
  const right = groupOf([1, 1]).rollouts
  const wrong = groupOf([0, 0]).rollouts

  it('drops all-right and all-wrong groups as its arm says', () => {
    const arms = { none: [false, false], allRight: [true, false], allWrong: [false, true], both: [true, true] }
    for (const [drop, expected] of Object.entries(arms)) {
      assert.deepEqual([weigh(right, { drop }), weigh(wrong, { drop })].map((weights) => weights[0] === null), expected, drop)
    }
  })

  it('centres mixed groups without dividing', () => {
    assert.deepEqual(weigh(groupOf([1, 0, 0, 0]).rollouts), [0.75, -0.25, -0.25, -0.25])
  })

  it('takes ±1 without a baseline when signed', () => {
    assert.deepEqual(weigh(groupOf([1, 0, 0]).rollouts, { rewards: 'signed' }), [1, -1, -1])
    assert.deepEqual(weigh(wrong, { rewards: 'signed', drop: 'none' }), [-1, -1])
  })

  it('with scale divides a uniform group to 0', () => {
    assert.deepEqual(weigh(wrong, { rewards: 'signed', drop: 'none', scale: 'group' }), [0, 0])
  })

  it('judges a group by its scorable rollouts', () => {
    assert.deepEqual(weigh([unverified, ...right]), [null, null, null])
    assert.deepEqual(weigh([unverified, rolloutWith(1), rolloutWith(0)]), [null, 0.5, -0.5])
  })
})

describe('nsr-psr', () => {
  const weigh = (rollouts: readonly ScoredRollout[], over: object = {}) =>
    onlyGroup(nsrPsr.weigh([{ kept: true, rollouts }], NsrPsrOptions.parse({ name: 'nsr-psr', ...over }), context))
  const mixed = [rolloutWith(1), rolloutWith(0), unverified, rolloutWith(null)]

  it('is W-REINFORCE by default, NSR and PSR at its ends', () => {
    assert.deepEqual(weigh(mixed), [0.1, -1, null, null])
    assert.deepEqual(weigh(mixed, { positive: 0 }), [0, -1, null, null])
    assert.deepEqual(weigh(mixed, { positive: 1, negative: 0 }), [1, 0, null, null])
  })

  it('still punishes an all-wrong group', () => {
    assert.deepEqual(weigh(groupOf([0, 0]).rollouts), [-1, -1])
  })
})

describe('topr', () => {
  const options = (over: object = {}) => ToprOptions.parse({ name: 'topr', ...over })
  const weigh = (rewards: readonly number[], over: object = {}) => onlyGroup(topr.weigh([groupOf(rewards)], options(over), context)).map(Number)
  const reweigh = (logRatio: number, rollout: ScoredRollout, over: object = {}) =>
    Number(topr.weigh([], options(over), context).reweigh?.([logRatio / 2 - 1, logRatio / 2 - 2], { behaviour_T: [0, 0], drawn_T: [-1, -2] }, rollout))

  it('weighs right +1 and wrong −1, null where there is no verdict', () => {
    assert.deepEqual(weigh([1, 0]), [1, -1])
    assert.deepEqual(onlyGroup(topr.weigh([{ kept: true, rollouts: [unverified, rolloutWith(null)] }], options(), context)), [null, null])
  })

  it('has the effective positive share p(1 − c) / (1 + (1 − 2p)c)', () => {
    fc.assert(fc.property(binaryRewards, fc.double({ min: -0.9, max: 0.9, noNaN: true }), (rewards, baseline) => {
      const weights = weigh(rewards, { baseline })
      const positive = weights.filter((weight) => weight > 0).reduce((sum, weight) => sum + weight, 0)
      const all = weights.reduce((sum, weight) => sum + Math.abs(weight), 0)
      const p = rewards.filter((reward) => reward === 1).length / rewards.length
      assert.ok(Math.abs(positive / all - (p * (1 - baseline)) / (1 + (1 - 2 * p) * baseline)) < 1e-9)
    }))
  })

  it('leaves right completions alone and tapers wrong ones by the sequence ratio in [0, 1]', () => {
    fc.assert(fc.property(fc.double({ min: -900, max: 900, noNaN: true }), (logRatio) => {
      assert.equal(reweigh(logRatio, rolloutWith(1)), 1)
      const factor = reweigh(logRatio, rolloutWith(0))
      assert.ok(Math.abs(factor - Math.min(1, Math.exp(logRatio))) < 1e-9)
    }))
  })

  it('takes general bounds', () => {
    assert.equal(reweigh(Math.log(8), rolloutWith(1), { positiveLow: 0, positiveHigh: 4 }), 4)
    assert.equal(reweigh(-50, rolloutWith(0), { negativeLow: 0.25 }), 0.25)
  })
})
