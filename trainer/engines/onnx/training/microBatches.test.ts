import assert from 'node:assert/strict'
import fc from 'fast-check'
import { planMicroBatches } from './microBatches.ts'

const budget = { tokens: 64, logits: 1000, vocabularySize: 10 }

describe('micro-batches', () => {
  it('put neighbours in length together, longest first, each padded to a multiple of 8', () => {
    const sizes = [3, 30, 9, 16, 15].map((tokens) => ({ tokens, rows: 2 }))
    assert.deepEqual(planMicroBatches(sizes, budget), [{ length: 32, members: [1, 3] }, { length: 16, members: [4, 2, 0] }])
  })

  it('give a sequence beyond the budget a micro-batch of its own', () => {
    const sizes = [100, 10].map((tokens) => ({ tokens, rows: 2 }))
    assert.deepEqual(planMicroBatches(sizes, budget), [{ length: 104, members: [0] }, { length: 16, members: [1] }])
  })

  it('limit the logits', () => {
    const sizes = Array.from({ length: 4 }, () => ({ tokens: 8, rows: 50 }))
    assert.deepEqual(planMicroBatches(sizes, budget).map(({ members }) => members), [[0, 1], [2, 3]])
  })

  it('hold every sequence with rows exactly once, within the budget', () => {
    const size = fc.record({ tokens: fc.integer({ min: 1, max: 90 }), rows: fc.integer({ min: 0, max: 120 }) })
    fc.assert(fc.property(fc.array(size), (sizes) => {
      const plan = planMicroBatches(sizes, budget)
      const members = plan.flatMap((batch) => batch.members).sort((a, b) => a - b)
      assert.deepEqual(members, sizes.flatMap(({ rows }, i) => (rows > 0 ? [i] : [])))
      for (const batch of plan) {
        const rows = batch.members.reduce((sum, i) => sum + sizes[i]!.rows, 0)
        assert.ok(batch.members.every((i) => sizes[i]!.tokens <= batch.length))
        assert.ok(batch.members.length === 1 || (batch.members.length * batch.length <= 64 && rows * 10 <= 1000))
      }
    }))
  })
})
