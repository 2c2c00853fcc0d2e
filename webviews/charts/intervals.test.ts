import assert from 'node:assert/strict'
import { groupsInterval, meanInterval } from './intervals.ts'

const close = (actual: number | null | undefined, expected: number) => assert.ok(Math.abs((actual ?? NaN) - expected) < 1e-9, `${actual}, expected ${expected}`)

describe('intervals', () => {
  it('of a mean is mean ± 1.96 · std / √n', () => {
    const { low, high } = meanInterval([0.5, 0.5, null, 0.5], [0.4, null, 0.4, 0.4], [64, 64, 64, 0])
    close(low[0], 0.5 - 1.96 * 0.05)
    close(high[0], 0.5 + 1.96 * 0.05)
    assert.deepEqual([low.slice(1), high.slice(1)], [[null, null, null], [null, null, null]])
  })

  it('of a mean over groups is mean ± t · standard error, with a degree of freedom less than groups', () => {
    const { low, high } = groupsInterval([0.5, 0.5, 0.5, null], [0.1, 0.1, null, 0.1], [16, 1, 16, 16])
    close(low[0], 0.5 - 2.131 * 0.1)
    close(high[0], 0.5 + 2.131 * 0.1)
    assert.deepEqual([low.slice(1), high.slice(1)], [[null, null, null], [null, null, null]])
  })
})
