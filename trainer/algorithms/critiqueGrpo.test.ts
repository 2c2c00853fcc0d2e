import assert from 'node:assert/strict'
import fc from 'fast-check'
import { critiqueGrpo, shapedWeight } from './critiqueGrpo.ts'
import { context, groupOf, onlyGroup, rolloutWith } from './scoredGroups.fixture.ts'

const options = { name: 'critique-grpo', shaping: 0.1, refinementWeight: 1, scale: 'none', normalisation: 'tokenMean' } as const
const logits = fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 4, maxLength: 4 })

const logSoftmax = (values: readonly number[], token: number): number => values[token]! - Math.log(values.reduce((sum, value) => sum + Math.exp(value), 0))

/** Central difference of `objective` along one logit. */
function slope(objective: (logits: readonly number[]) => number, at: readonly number[], i: number): number {
  const step = 1e-5
  const moved = (by: number): number => objective(at.map((value, j) => (j === i ? value + by : value)))
  return (moved(step) - moved(-step)) / (2 * step)
}

describe('critique-grpo', () => {
  it('compares refinements with the rollouts of their group, without a standard deviation', () => {
    const group = { kept: true, rollouts: [...groupOf([0, 0, 0]).rollouts, rolloutWith(1, { refined: true })] }
    assert.deepEqual(onlyGroup(critiqueGrpo.weigh([group], options, context)), [-0.25, -0.25, -0.25, 0.75])
  })

  it('has the gradient of A·π/(π + γ) on refinements', () => {
    const { reweigh } = critiqueGrpo.weigh([], options, context)
    fc.assert(fc.property(logits, fc.nat(3), fc.double({ min: -1, max: 1, noNaN: true }), (at, token, advantage) => {
      const logprob = logSoftmax(at, token)
      const weights = reweigh?.([logprob], { behaviour_T: [-7], drawn_T: [-9] }, rolloutWith(1, { refined: true })) as readonly number[]
      for (let i = 0; i < at.length; i++) {
        const exact = slope((moved) => advantage * (Math.exp(logSoftmax(moved, token)) / (Math.exp(logSoftmax(moved, token)) + 0.1)), at, i)
        const weighted = slope((moved) => advantage * weights[0]! * logSoftmax(moved, token), at, i)
        assert.ok(Math.abs(exact - weighted) < 1e-7, `${exact} and ${weighted}`)
      }
    }))
  })

  it('has the gradient of A·π/π_behaviour on rollouts', () => {
    const { reweigh } = critiqueGrpo.weigh([], options, context)
    fc.assert(fc.property(logits, logits, fc.nat(3), (at, before, token) => {
      const behaviour = logSoftmax(before, token)
      const weights = reweigh?.([logSoftmax(at, token)], { behaviour_T: [behaviour], drawn_T: [-9] }, rolloutWith(1)) as readonly number[]
      for (let i = 0; i < at.length; i++) {
        const exact = slope((moved) => Math.exp(logSoftmax(moved, token) - behaviour), at, i)
        const weighted = slope((moved) => weights[0]! * logSoftmax(moved, token), at, i)
        assert.ok(Math.abs(exact - weighted) < 1e-4 * Math.max(1, Math.abs(exact)), `${exact} and ${weighted}`)
      }
    }))
  })

  it('stresses tokens of probability γ most, and certain ones little', () => {
    assert.equal(shapedWeight(Math.log(0.1), 0.1), 0.25)
    assert.ok(Math.abs(shapedWeight(0, 0.1) - 0.1 / 1.21) < 1e-12)
    fc.assert(fc.property(fc.double({ min: -50, max: 0, noNaN: true }), (logprob) => {
      const weight = shapedWeight(logprob, 0.1)
      assert.ok(weight >= 0 && weight <= 0.25 + 1e-12)
    }))
  })
})
