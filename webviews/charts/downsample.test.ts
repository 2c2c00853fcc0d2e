import assert from 'node:assert/strict'
import fc from 'fast-check'
import { downsample } from './downsample.ts'

const column = fc.array(fc.option(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { freq: 5 }), { minLength: 1, maxLength: 400 })

describe('downsample', () => {
  it('leaves what is short as it is', () => {
    const columns = { x: [1, 2, 3, 4], ys: [[1, null, 3, 4]] }
    assert.equal(downsample(columns, 2).ys[0], columns.ys[0])
  })

  it('keeps the extremes of each bucket in the order in which they came', () => {
    const { x, ys } = downsample({ x: [1, 2, 3, 4, 5, 6], ys: [[5, 9, 1, 2, 3, 0]] }, 2)
    assert.deepEqual(x, [1, 3, 4, 6])
    assert.deepEqual(ys, [[9, 1, 3, 0]])
  })

  it('keeps buckets without values empty', () => {
    assert.deepEqual(downsample({ x: [1, 2, 3, 4, 5, 6], ys: [[null, null, null, 2, null, null]] }, 2).ys, [[null, null, 2, 2]])
  })

  it('never loses the range of a column, its ends on the axis, or more points than there are pixels for', () => {
    fc.assert(
      fc.property(column, fc.integer({ min: 1, max: 50 }), (values, buckets) => {
        const x = values.map((_, i) => 3 * i)
        const thin = downsample({ x, ys: [values] }, buckets)
        const known = (list: readonly (number | null)[]) => list.filter((value) => value !== null)
        assert.deepEqual([Math.min(...known(thin.ys[0]!)), Math.max(...known(thin.ys[0]!))], [Math.min(...known(values)), Math.max(...known(values))])
        assert.deepEqual([thin.x[0], thin.x.at(-1)], [x[0], x.at(-1)])
        assert.ok(thin.x.length <= Math.max(2 * buckets, 0) && thin.x.length === thin.ys[0]!.length)
        assert.ok(thin.x.every((step, i) => i === 0 || step >= thin.x[i - 1]!))
      })
    )
  })
})
