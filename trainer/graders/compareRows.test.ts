import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compareRows } from './compareRows.ts'
import type { Row } from './compareRows.ts'

const equal = (got: readonly Row[], expected: readonly Row[], ordered = false): boolean => compareRows(got, expected, ordered).equal

describe('compareRows', () => {
  it('takes rows for a bag, and for a list where order is asked for', () => {
    const [a, b]: [Row, Row] = [['x', 1], ['y', 2]]
    assert.ok(equal([a, b], [b, a]) && !equal([a, b], [b, a], true) && equal([a, b], [a, b], true))
    assert.ok(!equal([a, a, b], [a, b, b]), 'each row counts as often as it comes')
    assert.ok(!equal([a], [a, a]))
    assert.ok(equal([], []) && !equal([], [a]) && !equal([a], []))
  })

  it('has columns by their place and refuses more or fewer', () => {
    assert.equal(compareRows([['x', 1, 2]], [['x', 1]], false).why, '3 column(s) instead of 2')
    assert.ok(!equal([[1, 'x']], [['x', 1]]))
  })

  it('takes NULL for NULL, 1 for 1.0, sums up to the last digits, and no kind for another', () => {
    assert.ok(equal([[null]], [[null]]) && !equal([[null]], [[0]]) && !equal([[null]], [['']]) && !equal([['1']], [[1]]))
    assert.ok(equal([[0.1 + 0.2]], [[0.3]]) && !equal([[0.31]], [[0.3]]))
    const [x, y] = [0.1 + 0.2 + 0.3, 0.3 + 0.2 + 0.1]
    assert.notEqual(x, y)
    assert.ok(equal([[x, 'b'], [y, 'a']], [[y, 'b'], [x, 'a']]))
  })

  it('compares integers exactly, of any size, and large numbers in any order', () => {
    const [id, other] = [{ $special: '7100000000000000001' }, { $special: '7100000000000000002' }]
    assert.ok(!equal([[1700000001]], [[1700000000]]) && !equal([[4711000000001]], [[4711000000999]]) && !equal([[id]], [[other]]))
    assert.ok(equal([[id], [other]], [[other], [id]]))
    assert.ok(equal([[1700000009], [1700000005], [1700000001]], [[1700000001], [1700000005], [1700000009]]))
    assert.ok(equal([[123456789.56], [123456789.34], [123456789.12]], [[123456789.12], [123456789.34], [123456789.56]]))
    assert.ok(!equal([[1700000000.5]], [[1700000000]]) && equal([[2.9999999999999996]], [[3]]) && equal([[1e20]], [[{ $special: '100000000000000000000' }]]))
  })

  it('tells long blobs apart', () => {
    const blob = (end: string): { $blob: string } => ({ $blob: `${'00'.repeat(3000)}${end}` })
    assert.ok(equal([[blob('01')], [blob('02')]], [[blob('02')], [blob('01')]]) && !equal([[blob('01')]], [[blob('02')]]))
  })

  it('finds any order of any rows equal, and no bag with one cell changed', () => {
    const cell = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom('a', 'b', '1', ''), fc.constant(null), fc.double({ noNaN: true, noDefaultInfinity: true, min: -10, max: 10 }))
    const rows = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 12 })
    fc.assert(fc.property(rows, fc.integer(), (expected, seed) => {
      const shuffled = expected.map((row, i) => ({ row, key: Math.sin(seed + i) })).sort((a, b) => a.key - b.key).map(({ row }) => row)
      assert.ok(equal(shuffled, expected))
      assert.ok(!equal([['changed', null], ...shuffled.slice(1)], expected))
    }))
  })

  it('tells long texts apart by their ends', () => {
    const long = 'x'.repeat(5000)
    assert.ok(equal([[`${long}b`], [`${long}a`]], [[`${long}a`], [`${long}b`]]))
  })
})
