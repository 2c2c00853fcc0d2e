import assert from 'node:assert/strict'
import { valueLimits } from './valueLimits.ts'

describe('valueLimits', () => {
  it('shows shares from 0 to 1, whatever they are', () => {
    assert.deepEqual(valueLimits('share', 0.4, 0.5), [-0.02, 1.02])
    assert.deepEqual(valueLimits('share', null, null), [-0.02, 1.02])
  })

  it('shows amounts from 0 up', () => {
    assert.deepEqual(valueLimits('zero', 3, 10), [0, 10.5])
    assert.deepEqual(valueLimits('zero', 0, 0), [0, 1])
    assert.deepEqual(valueLimits('zero', -2, -1), [-2, 1])
  })

  it('shows other values with a little room around them', () => {
    const [low, high] = valueLimits('auto', 0.2, 0.8)
    assert.ok(low <= 0.2 && low > 0 && high >= 0.8 && high < 1)
  })

  it('lays values that are all the same in the middle, in their own size', () => {
    assert.deepEqual(valueLimits('auto', 0, 0), [-0.5, 0.5])
    assert.deepEqual(valueLimits('auto', 40, 40), [20, 60])
    assert.deepEqual(valueLimits('auto', -0.2, -0.2), [-0.30000000000000004, -0.1])
  })

  it('is 0 to 1 without values', () => assert.deepEqual(valueLimits('auto', null, null), [0, 1]))
})
