import assert from 'node:assert/strict'
import fc from 'fast-check'
import { GrpoOptions, LitePpoOptions } from '../protocol/algorithmOptions.ts'
import { grpo } from './grpo.ts'
import { litePpo } from './litePpo.ts'
import { SCALE_EPSILON } from './scaling.ts'
import { context, groupOf, onlyGroup, partlyScorable, rewards } from './scoredGroups.fixture.ts'

const options = (over: object = {}) => GrpoOptions.parse({ name: 'grpo', ...over })
const weigh = (values: readonly (number | null)[], over: object = {}) => onlyGroup(grpo.weigh([groupOf(values)], options(over), context))
const lossOf = (over: object) => grpo.weigh([groupOf([1, 0])], options(over), context).loss

const near = (actual: unknown, expected: number, tolerance = 1e-9): void => {
  assert.ok(typeof actual === 'number' && Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)), `${String(actual)} is not ${expected}`)
}

describe('grpo', () => {
  it('weighs 1, 0, 0, 0 as 1.5 and three times −0.5 (std ½)', () => {
    for (const [i, expected] of [1.5, -0.5, -0.5, -0.5].entries()) near(weigh([1, 0, 0, 0])[i], (expected * 0.5) / (0.5 + SCALE_EPSILON))
  })

  it('gives a uniform group exactly 0, whatever the reward', () => {
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }), fc.integer({ min: 1, max: 16 }), (reward, size) => {
      for (const scale of ['group', 'batch', 'none']) {
        assert.ok(weigh(Array.from({ length: size }, () => reward), { scale }).every((weight) => weight === 0))
      }
    }))
  })

  it('gives null for what cannot be scored, and 0 to a lone scorable rollout', () => {
    assert.deepEqual(weigh([null, null]), [null, null])
    assert.deepEqual(weigh([null, 1]), [null, 0])
  })

  it('sums to 0 over the group', () => {
    fc.assert(fc.property(partlyScorable, (values) => {
      near(weigh(values).reduce<number>((sum, weight) => sum + Number(weight ?? 0), 0), 0, 1e-8)
    }))
  })

  it('is unmoved by shift and, up to δ, by scale of the rewards', () => {
    fc.assert(fc.property(rewards, fc.integer({ min: -50, max: 50 }), fc.integer({ min: 1, max: 50 }), (values, shift, factor) => {
      const moved = weigh(values.map((value) => factor * value + shift))
      for (const [i, weight] of weigh(values).entries()) near(moved[i], Number(weight), 1e-4)
    }))
  })

  it('without scale grows with the rewards (Dr. GRPO)', () => {
    fc.assert(fc.property(rewards, fc.integer({ min: 1, max: 50 }), (values, factor) => {
      const moved = weigh(values.map((value) => factor * value), { scale: 'none' })
      for (const [i, weight] of weigh(values, { scale: 'none' }).entries()) near(moved[i], factor * Number(weight))
    }))
  })

  it('follows a permutation of the group', () => {
    fc.assert(fc.property(rewards, fc.integer({ min: 1, max: 15 }), (values, by) => {
      const rotate = <T>(items: readonly T[]): T[] => items.map((_, i) => items[(i + by) % items.length]!)
      const expected = rotate(weigh(values))
      for (const [i, weight] of weigh(rotate(values)).entries()) near(weight, Number(expected[i]))
    }))
  })

  it('turns into Dr. GRPO, DAPO and GSPO by its switches', () => {
    assert.deepEqual(lossOf({ scale: 'none', normalisation: 'constant' }).normalisation, { kind: 'constant', length: 64 })
    assert.deepEqual(lossOf({ normalisation: 'constant', constantLength: 100 }).normalisation, { kind: 'constant', length: 100 })
    assert.deepEqual(lossOf({ clipHigh: 0.28, normalisation: 'tokenMean' }), {
      terms: [{ kind: 'policyGradient', weight: 1, ratio: 'token', clipLow: 0.2, clipHigh: 0.28 }], normalisation: { kind: 'tokenMean' }
    })
    assert.deepEqual(lossOf({ ratio: 'sequence', clipLow: 3e-4, clipHigh: 4e-4 }).terms, [
      { kind: 'policyGradient', weight: 1, ratio: 'sequence', clipLow: 3e-4, clipHigh: 4e-4 }
    ])
    assert.deepEqual(lossOf({ ratio: 'none' }).terms, [{ kind: 'policyGradient', weight: 1, ratio: 'none' }])
  })
})

describe('lite-ppo', () => {
  const groups = [groupOf([1, 1, 1, 0]), groupOf([0, 0, 0, 0])]
  const { weights_P_G, loss } = litePpo.weigh(groups, LitePpoOptions.parse({ name: 'lite-ppo' }), context)

  it('divides the group-centred reward by the spread of the batch', () => {
    const ofBatch = Math.sqrt((3 * (1 - 3 / 8) ** 2 + 5 * (3 / 8) ** 2) / 7)
    near(weights_P_G[0]?.[0], 0.25 / (ofBatch + SCALE_EPSILON))
    near(weights_P_G[0]?.[3], -0.75 / (ofBatch + SCALE_EPSILON))
    assert.deepEqual(weights_P_G[1], [0, 0, 0, 0])
  })

  it('takes the spread of all that was sampled, dropped groups included', () => {
    const dropped = litePpo.weigh([groups[0]!, groupOf([0, 0, 0, 0], false)], LitePpoOptions.parse({ name: 'lite-ppo' }), context)
    assert.deepEqual(dropped.weights_P_G, [weights_P_G[0], [null, null, null, null]])
  })

  it('blows a nearly solved group up less than GRPO does', () => {
    const ofGrpo = grpo.weigh([groupOf([1, 1, 1, 1, 1, 1, 1, 0]), groupOf([1, 0, 1, 0, 1, 0, 1, 0])], options(), context)
    const ofLite = litePpo.weigh([groupOf([1, 1, 1, 1, 1, 1, 1, 0]), groupOf([1, 0, 1, 0, 1, 0, 1, 0])], LitePpoOptions.parse({ name: 'lite-ppo' }), context)
    assert.ok(Math.abs(Number(ofLite.weights_P_G[0]?.[7])) < Math.abs(Number(ofGrpo.weights_P_G[0]?.[7])))
  })

  it('averages over tokens with the plain PPO clip', () => {
    assert.deepEqual(loss, { terms: [{ kind: 'policyGradient', weight: 1, ratio: 'token', clipLow: 0.2, clipHigh: 0.2 }], normalisation: { kind: 'tokenMean' } })
  })
})
