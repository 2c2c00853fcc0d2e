import assert from 'node:assert/strict'
import fc from 'fast-check'
import { codePointSpan } from './codePoints.ts'

/** Hebrew, Arabic, an emoji with skin tone, a joined family, a combining accent, a lone half of a pair. */
const texts = fc.array(fc.constantFrom('a', 'ש', 'م', '👍🏽', '👨‍👩‍👧', 'e\u0301', '\ud83d', '\udc4d', '\n', '𝔘'), { maxLength: 12 }).map((parts) => parts.join(''))

describe('codePointSpan', () => {
  it('counts as Python does', () => {
    assert.deepEqual(codePointSpan('a👍b', 1, 3), { from: 1, to: 2 })
    assert.deepEqual(codePointSpan('a👍b', 3, 4), { from: 2, to: 3 })
    assert.deepEqual(codePointSpan('שלום', 1, 2), { from: 1, to: 2 })
    assert.deepEqual(codePointSpan('\ud83dx', 1, 2), { from: 1, to: 2 })
  })

  it('takes in a character that a span cuts, and nothing for an empty span', () => {
    assert.deepEqual(codePointSpan('a👍b', 2, 4), { from: 1, to: 3 })
    assert.deepEqual(codePointSpan('a👍b', 0, 2), { from: 0, to: 2 })
    assert.deepEqual(codePointSpan('a👍b', 2, 2), { from: 2, to: 2 })
  })

  it('gives the same text back wherever a span begins and ends between characters', () => {
    fc.assert(fc.property(texts, fc.nat(), fc.nat(), (text, a, b) => {
      const points = [...text]
      const [from, to] = [a % (points.length + 1), b % (points.length + 1)].sort((x, y) => x - y) as [number, number]
      const units = (count: number) => points.slice(0, count).join('').length
      assert.deepEqual(codePointSpan(text, units(from), units(to)), { from, to })
    }))
  })
})
