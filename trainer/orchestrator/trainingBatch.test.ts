import assert from 'node:assert/strict'
import fc from 'fast-check'
import { splitIntoUpdates } from './trainingBatch.ts'
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
