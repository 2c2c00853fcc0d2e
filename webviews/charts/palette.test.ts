import assert from 'node:assert/strict'
import { withAlpha } from './palette.ts'

describe('withAlpha', () => {
  it('multiplies the opacity of colours as themes write them', () => {
    assert.equal(withAlpha('#3794ff', 0.5), 'rgba(55, 148, 255, 0.5)')
    assert.equal(withAlpha('#fff', 0.25), 'rgba(255, 255, 255, 0.25)')
    assert.equal(withAlpha('#ff000080', 0.5), `rgba(255, 0, 0, ${(128 / 255) * 0.5})`)
    assert.equal(withAlpha('rgba(1, 2, 3, 0.5)', 0.5), 'rgba(1, 2, 3, 0.25)')
    assert.equal(withAlpha('rgb(1 2 3 / 50%)', 0.5), 'rgba(1, 2, 3, 0.25)')
  })

  it('leaves alone what it cannot read', () => {
    assert.deepEqual(['red', '#12345', 'var(--x)'].map((color) => withAlpha(color, 0.5)), ['red', '#12345', 'var(--x)'])
  })
})
