import assert from 'node:assert/strict'
import { patternOf } from './textSearch.ts'

const PUNCTUATION = Array.from({ length: 0x7f - 0x21 }, (_, i) => String.fromCharCode(0x21 + i)).filter((one) => /[^0-9a-z]/i.test(one))

describe('the pattern of a search', () => {
  for (const mark of PUNCTUATION) {
    it(`finds ${mark} and nothing else`, () => {
      const text = `a ${mark}${mark} b`
      assert.equal(patternOf(mark).exec(text)?.index, 2)
      assert.equal(patternOf(`${mark} B`).exec(text)?.[0], `${mark} b`)
      const other = mark === '#' ? '!' : '#'
      assert.equal(patternOf(mark).exec(`a ${other} b`), null)
    })
  }

  it('finds all of them together', () => {
    const all = PUNCTUATION.join('')
    assert.equal(PUNCTUATION.length, 32)
    assert.equal(patternOf(all).exec(`x${all}y`)?.index, 1)
  })

  it('takes no account of case', () => {
    assert.equal(patternOf('ÄB-21').exec('say äb-21')?.index, 4)
  })
})
