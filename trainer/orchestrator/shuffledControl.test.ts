import assert from 'node:assert/strict'
import fc from 'fast-check'
import { shuffledPlaces } from './shuffledControl.ts'

describe('shuffledPlaces', () => {
  it('uses every verdict once, never in its own group where there are others, never of the rollout itself', () => {
    const sizes = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 2, max: 6 }))
    fc.assert(fc.property(sizes, fc.nat(1000), fc.nat(1000), ([groups, size], seed, step) => {
      const places = shuffledPlaces(Array.from({ length: groups }, () => size), seed, step)
      const used = new Set(places.flat().map(({ group, sample }) => `${group} ${sample}`))
      assert.equal(used.size, groups * size)
      places.forEach((group, g) => group.forEach((from, s) => {
        assert.ok(groups === 1 ? from.sample !== s : from.group !== g)
      }))
    }))
  })

  it('depends on seed and step alone', () => {
    assert.deepEqual(shuffledPlaces([4, 4, 4], 1, 2), shuffledPlaces([4, 4, 4], 1, 2))
    assert.notDeepEqual(shuffledPlaces([4, 4, 4], 1, 2), shuffledPlaces([4, 4, 4], 1, 3))
  })
})
