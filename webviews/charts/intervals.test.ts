import assert from 'node:assert/strict'
import { meanInterval } from './intervals.ts'

const close = (actual: number | null | undefined, expected: number) => assert.ok(Math.abs((actual ?? NaN) - expected) < 1e-9, `${actual}, expected ${expected}`)

describe('intervals', () => {
  it('of a mean is mean ± 1.96 · std / √n', () => {
    const { low, high } = meanInterval([0.5, 0.5, null, 0.5], [0.4, null, 0.4, 0.4], [64, 64, 64, 0])
    close(low[0], 0.5 - 1.96 * 0.05)
    close(high[0], 0.5 + 1.96 * 0.05)
    assert.deepEqual([low.slice(1), high.slice(1)], [[null, null, null], [null, null, null]])
  })
})
