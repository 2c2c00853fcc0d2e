import assert from 'node:assert/strict'
import { legible, withAlpha } from './palette.ts'

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

describe('legible', () => {
  it('keeps colours that stand out', () => {
    assert.equal(legible('#0066cc', '#ffffff', '#333333'), 'rgb(0, 102, 204)')
  })

  it('mixes pale ones with the foreground until they do, keeping their hue', () => {
    // Contrast with white by the WCAG formula: #f5c3a0 has 1.6, the result must have 3 (relative luminance at most 0.3).
    const [red, green, blue] = legible('#f5c3a0', '#ffffff', '#000000').match(/\d+/g)!.map(Number) as [number, number, number]
    const linear = [red, green, blue].map((value) => ((value / 255 + 0.055) / 1.055) ** 2.4)
    assert.ok(0.2126 * linear[0]! + 0.7152 * linear[1]! + 0.0722 * linear[2]! <= 0.3)
    assert.ok(red > green && green > blue)
  })

  it('makes translucent ones opaque before it mixes them', () => {
    const [red, green, blue] = legible('#ea5c0055', '#ffffff', '#000000').match(/\d+/g)!.map(Number) as [number, number, number]
    assert.ok(red >= 234 && green < 130 && blue < 60, `${red} ${green} ${blue}`)
  })

  it('leaves alone what it cannot read', () => assert.equal(legible('teal', '#fff', '#000'), 'teal'))
})
