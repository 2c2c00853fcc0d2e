import assert from 'node:assert/strict'
import { intervalText, valueText } from './measureText.ts'

describe('measures in words', () => {
  it('have two decimals and a true minus, and an en dash where they are not defined', () => {
    assert.deepEqual([0.8125, -0.2, 1, null].map((value) => valueText({ value })), ['0.81', '−0.20', '1.00', '–'])
    assert.equal(intervalText({ low: -0.1, high: 0.456 }), '−0.10 to 0.46')
    assert.equal(intervalText({ low: null, high: 1 }), '–')
  })
})
