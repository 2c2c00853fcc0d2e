import assert from 'node:assert/strict'
import fc from 'fast-check'
import { ReinforceOptions, RlooOptions } from '../protocol/algorithmOptions.ts'
import { reinforce } from './reinforce.ts'
import { rloo } from './rloo.ts'
import { context, groupOf, onlyGroup, partlyScorable, rewards } from './scoredGroups.fixture.ts'

const weigh = (values_P: readonly (readonly (number | null)[])[], options: object) =>
  reinforce.weigh(values_P.map((values) => groupOf(values)), ReinforceOptions.parse({ name: 'reinforce', ...options }), context).weights_P_G

const close = (actual: unknown, expected: number): void => {
  assert.ok(typeof actual === 'number' && Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected)), `${String(actual)} is not ${expected}`)
}

describe('rloo', () => {
  const rlooWeights = (values: readonly (number | null)[]) => onlyGroup(rloo.weigh([groupOf(values)], RlooOptions.parse({ name: 'rloo' }), context))

  it('weighs 1, 0, 0, 1 as 2/3, −2/3, −2/3, 2/3', () => {
    for (const [i, expected] of [2 / 3, -2 / 3, -2 / 3, 2 / 3].entries()) close(rlooWeights([1, 0, 0, 1])[i], expected)
  })

  it('is the reward minus the mean of the others, = k/(k−1)·(r − mean)', () => {
    fc.assert(fc.property(rewards, (values) => {
      const k = values.length
      const sum = values.reduce((a, b) => a + b)
      const weights = rlooWeights(values)
      for (const [i, value] of values.entries()) {
        close(weights[i], value - (sum - value) / (k - 1))
        close(weights[i], (k / (k - 1)) * (value - sum / k))
      }
    }))
  })

  it('is reinforce with the leave-one-out baseline, its default', () => {
    fc.assert(fc.property(partlyScorable, (values) => {
      assert.deepEqual(rlooWeights(values), weigh([values], {})[0])
    }))
  })

  it('takes neither ratio nor clip', () => {
    const { loss, as } = rloo.weigh([groupOf([1, 0])], RlooOptions.parse({ name: 'rloo' }), context)
    assert.deepEqual(loss, { terms: [{ kind: 'policyGradient', weight: 1, ratio: 'none' }], normalisation: { kind: 'tokenMean' } })
    assert.equal(as, 'advantages')
  })
})

describe('reinforce', () => {
  it('hands rewards on without a baseline', () => {
    assert.deepEqual(weigh([[1, 0, null]], { baseline: 'none' }), [[1, 0, null]])
  })

  it('subtracts the mean of the batch', () => {
    assert.deepEqual(weigh([[1, 1], [0, 0]], { baseline: 'batch' }), [[0.5, 0.5], [-0.5, -0.5]])
  })

  it('subtracts the mean of the group', () => {
    assert.deepEqual(weigh([[1, 0], [3, 3]], { baseline: 'group' }), [[0.5, -0.5], [0, 0]])
  })

  it('divides by the sample standard deviation of group or batch', () => {
    close(weigh([[2, 0]], { baseline: 'group', scale: 'group' })[0]?.[0], 1 / (Math.SQRT2 + 1e-6))
    close(weigh([[2, 0], [2, 0]], { baseline: 'batch', scale: 'batch' })[0]?.[0], 1 / (Math.sqrt(4 / 3) + 1e-6))
  })

  it('gives 0 where there is no spread to divide by', () => {
    assert.deepEqual(weigh([[1, 1]], { baseline: 'none', scale: 'group' }), [[0, 0]])
    assert.deepEqual(weigh([[1], [1]], { baseline: 'none', scale: 'batch' }), [[0], [0]])
  })

  for (const baseline of ['batch', 'group', 'leaveOneOut']) {
    it(`is unmoved by a shift of all rewards under the baseline ${baseline}`, () => {
      fc.assert(fc.property(rewards, fc.integer({ min: -100, max: 100 }), (values, shift) => {
        const shifted = weigh([values.map((value) => value + shift)], { baseline })[0] ?? []
        for (const [i, weight] of (weigh([values], { baseline })[0] ?? []).entries()) close(shifted[i], Number(weight))
      }))
    })
  }

  it('leaves what cannot be scored out of every statistic', () => {
    fc.assert(fc.property(partlyScorable, fc.constantFrom('none', 'batch', 'group', 'leaveOneOut'), fc.constantFrom('none', 'group', 'batch'),
      (values, baseline, scale) => {
        const weights = weigh([values], { baseline, scale })[0] ?? []
        const alone = weigh([values.filter((value) => value !== null)], { baseline, scale })[0] ?? []
        assert.deepEqual(weights.map((weight) => weight === null), values.map((value) => value === null))
        assert.deepEqual(weights.filter((weight) => weight !== null), alone)
      }))
  })

  it('trains on nothing of a dropped group, nor lets it into the batch mean', () => {
    const groups = [groupOf([1, 0]), groupOf([100, 100], false)]
    const { weights_P_G } = reinforce.weigh(groups, ReinforceOptions.parse({ name: 'reinforce', baseline: 'batch' }), context)
    assert.deepEqual(weights_P_G, [[0.5, -0.5], [null, null]])
  })
})
