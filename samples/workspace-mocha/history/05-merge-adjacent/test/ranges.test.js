import assert from 'node:assert/strict'
import { mergeRanges, parseRanges } from '../src/ranges.js'

describe('ranges', () => {
  it('parses ranges', () => {
    assert.deepEqual(parseRanges('1-3, 7'), [[1, 3], [7, 7]])
  })

  it('refuses what is no range', () => {
    assert.throws(() => parseRanges('a-b'), RangeError)
    assert.throws(() => parseRanges('5-2'), /backwards/)
  })

  it('merges ranges that overlap', () => {
    assert.deepEqual(mergeRanges([[5, 9], [1, 3], [2, 6]]), [[1, 9]])
    assert.deepEqual(mergeRanges([]), [])
  })

  it('merges ranges that touch', () => {
    assert.deepEqual(mergeRanges([[1, 2], [3, 4], [6, 7]]), [[1, 4], [6, 7]])
  })

  it('leaves what it is given as it is', () => {
    const ranges = [[3, 4], [1, 2]]
    mergeRanges(ranges)
    assert.deepEqual(ranges, [[3, 4], [1, 2]])
  })
})
