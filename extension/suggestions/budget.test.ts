import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Budget, costOf, estimateTokens } from './budget.ts'
import { SuggestionFailure } from './failures.ts'

const NO_PRICES = { input: 0, output: 0 }
const overCap = (what: RegExp) => (error: unknown) => error instanceof SuggestionFailure && error.code === 'overCap' && what.test(error.message)

describe('the budget of a batch', () => {
  it('ends at the cap on requests, those sent again included', () => {
    const budget = new Budget({ requests: 3, tokens: 1e9, cost: 1 }, NO_PRICES)
    budget.reserve({ input: 1, output: 1 })
    budget.again()
    budget.reserve({ input: 1, output: 1 })
    assert.throws(() => budget.again(), overCap(/3 requests/))
    assert.throws(() => budget.reserve({ input: 1, output: 1 }), overCap(/3 requests/))
    assert.deepEqual(budget.spent, { requests: 3, tokens: 4, cost: 0 })
  })

  it('sets aside what a request may take at most, and gives back what it did not', () => {
    const budget = new Budget({ requests: 10, tokens: 100, cost: 1 }, NO_PRICES)
    budget.reserve({ input: 20, output: 50 })
    assert.throws(() => budget.reserve({ input: 20, output: 50 }), overCap(/100 tokens/))
    budget.settle({ input: 20, output: 50 }, { input: 10, output: 5 })
    budget.reserve({ input: 20, output: 50 })
    assert.equal(budget.spent.tokens, 85)
  })

  it('counts cost by the prices of a million tokens', () => {
    assert.equal(costOf({ input: 500_000, output: 100_000 }, { input: 2, output: 10 }), 2)
    const budget = new Budget({ requests: 10, tokens: 1e9, cost: 3 }, { input: 2, output: 10 })
    budget.reserve({ input: 500_000, output: 100_000 })
    assert.throws(() => budget.reserve({ input: 500_000, output: 100_000 }), overCap(/a cost of 3/))
  })

  it('is never exceeded by what was set aside', () => {
    const caps = fc.record({ requests: fc.integer({ min: 1, max: 20 }), tokens: fc.integer({ min: 1, max: 500 }), cost: fc.double({ min: 1e-6, max: 0.01, noNaN: true }) })
    const usage = fc.record({ input: fc.nat({ max: 100 }), output: fc.nat({ max: 100 }) })
    fc.assert(fc.property(caps, fc.array(usage), (limits, asked) => {
      const budget = new Budget(limits, { input: 3, output: 15 })
      for (const most of asked) {
        try {
          budget.reserve(most)
        } catch (error) {
          assert.ok(overCap(/./)(error))
        }
      }
      const { requests, tokens, cost } = budget.spent
      assert.ok(requests <= limits.requests && tokens <= limits.tokens && cost <= limits.cost + 1e-12)
    }))
  })

  it('takes a text for more tokens than it has bytes to fill three at a time', () => {
    assert.deepEqual(['', 'abc', 'abcd', '漢字', '😀'].map(estimateTokens), [0, 1, 2, 2, 2])
  })
})
