import assert from 'node:assert/strict'
import fc from 'fast-check'
import { dealToLanes } from './laneSplit.ts'

const group = (first: number, size: number): { tokens: number[]; seeds: number[] } =>
  ({ tokens: [first], seeds: Array.from({ length: size }, (_, i) => 100 * first + i) })

describe('dealToLanes', () => {
  it('keeps groups whole where they fit', () => {
    const shares = dealToLanes([group(1, 8), group(2, 8), group(3, 8), group(4, 8)], 2)
    assert.deepEqual(shares.map(({ prompts }) => prompts.map(({ tokens, seeds }) => [tokens[0], seeds.length])), [[[1, 8], [3, 8]], [[2, 8], [4, 8]]])
  })

  it('cuts the group that is left over, and a lone one', () => {
    const sizes = (groups: number, lanes: number): unknown =>
      dealToLanes(Array.from({ length: groups }, (_, i) => group(i, 8)), lanes).map(({ prompts }) => prompts.map(({ seeds }) => seeds.length))
    assert.deepEqual(sizes(3, 2), [[8, 4], [8, 4]])
    assert.deepEqual(sizes(1, 2), [[4], [4]])
    assert.deepEqual(sizes(1, 1), [[8]])
  })

  it('leaves out what would be empty', () => {
    assert.deepEqual(dealToLanes([], 4), [])
    assert.deepEqual(dealToLanes([group(1, 0)], 4), [])
    assert.equal(dealToLanes([group(1, 2)], 4).length, 2)
  })

  it('deals every sample out once, with its tokens, seed and place, to shares of at most the mean rounded up', () => {
    fc.assert(fc.property(fc.array(fc.nat(12), { maxLength: 12 }), fc.integer({ min: 1, max: 9 }), (sizes, lanes) => {
      const prompts = sizes.map((size, i) => group(i, size))
      const total = sizes.reduce((sum, size) => sum + size, 0)
      const seen = dealToLanes(prompts, lanes).flatMap((share) => {
        const rows = share.prompts.flatMap(({ tokens, seeds }, p) => seeds.map((seed, s) => ({ tokens, seed, place: share.places[p]![s]! })))
        assert.ok(rows.length > 0 && rows.length <= Math.ceil(total / lanes))
        return rows
      })
      assert.equal(new Set(seen.map(({ seed }) => seed)).size, total)
      assert.equal(seen.length, total)
      for (const { tokens, seed, place } of seen) {
        assert.equal(prompts[place.promptIndex]!.seeds[place.sampleIndex], seed)
        assert.deepEqual(prompts[place.promptIndex]!.tokens, tokens)
      }
    }))
  })
})
