import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { z } from 'zod'
import type { Loss, Normalisation } from '../engines/engine.ts'
import { AlgorithmOptions } from '../protocol/algorithmOptions.ts'
import { Regulariser } from '../protocol/runFile.ts'
import { lossOfUpdate, splitIntoUpdates } from './trainingBatch.ts'
import type { TrainItem } from './trainingBatch.ts'

const items = (count: number): TrainItem[] =>
  Array.from({ length: count }, (_, i) => ({
    id: String(i),
    scored: { reward: 1, correct: true, tokens: 1, truncated: false, steps: [] },
    behaviourLogprobs_T: [0], drawnLogprobs_T: [],
    sequence: { prompt: [1], completion: [1] }
  }))

describe('splitIntoUpdates', () => {
  it('gives every rollout to exactly one update, in nearly equal parts, the same each time', () => {
    fc.assert(fc.property(fc.nat(40), fc.integer({ min: 1, max: 8 }), fc.nat(100), (count, updates, seed) => {
      const parts = splitIntoUpdates(items(count), updates, seed, 1)
      assert.deepEqual(parts.flat().map(({ id }) => Number(id)).sort((a, b) => a - b), [...Array(count).keys()])
      assert.ok(parts.length <= updates && parts.every((part) => part.length > 0))
      const sizes = parts.map((part) => part.length)
      assert.ok(count < updates || Math.max(...sizes) - Math.min(...sizes) <= 1)
      assert.deepEqual(splitIntoUpdates(items(count), updates, seed, 1), parts)
    }))
  })
})

describe('lossOfUpdate', () => {
  const trained = items(6)
  const divided = (normalisation: Normalisation, scorable: number, part = trained, algorithm: z.input<typeof AlgorithmOptions> = { name: 'raft' }): Normalisation => {
    const loss: Loss = { terms: [{ kind: 'policyGradient', weight: 1, ratio: 'none' }], normalisation }
    return lossOfUpdate(loss, { regulariser: Regulariser.parse({}), algorithm: AlgorithmOptions.parse(algorithm) }, part, { items: trained, scorable }).normalisation
  }

  it('divides by an update’s share of all scorable rollouts where the divisor is constant', () => {
    const constant: Normalisation = { kind: 'constant', length: 64 }
    assert.deepEqual(divided(constant, 6), { ...constant, denominator: 6 })
    assert.deepEqual(divided(constant, 48), { ...constant, denominator: 48 })
    assert.deepEqual([trained.slice(0, 2), trained.slice(2)].map((part) => divided(constant, 48, part)), [{ ...constant, denominator: 16 }, { ...constant, denominator: 32 }])
  })

  it('takes the mean over sequences of all scorable rollouts where an algorithm compares within groups', () => {
    const mean: Normalisation = { kind: 'sequenceMean' }
    assert.deepEqual(divided(mean, 48, trained.slice(0, 2), { name: 'grpo' }), { ...mean, denominator: 16 })
    assert.deepEqual(divided(mean, 48, trained, { name: 'reinforce', baseline: 'leaveOneOut' }), { ...mean, denominator: 48 })
    for (const algorithm of [{ name: 'reinforce', baseline: 'batch' }, { name: 'reinforce-rej' }] as const) assert.deepEqual(divided(mean, 48, trained, algorithm), mean)
    assert.deepEqual(divided({ kind: 'tokenMean' }, 48, trained, { name: 'grpo' }), { kind: 'tokenMean' })
  })

  it('leaves means over what is trained on, and a divisor that is given, as they are', () => {
    for (const normalisation of [{ kind: 'tokenMean' }, { kind: 'sequenceMean' }, { kind: 'constant', length: 64, denominator: 5 }] as const) {
      assert.deepEqual(divided(normalisation, 48), normalisation)
    }
  })
})
