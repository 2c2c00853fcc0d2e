import assert from 'node:assert/strict'
import { quote } from './quote.ts'
import { compareTexts } from './text.ts'

const strict = { ignoreCase: false, wordsOnly: false }
const loose = { ignoreCase: true, wordsOnly: true }

describe('compareTexts', () => {
  it('ignores white space at the edges, runs of it and the Unicode form, and nothing else unless asked', () => {
    assert.equal(compareTexts(' New \n York ', 'New York', strict).equal, true)
    assert.equal(compareTexts('Ame\u0301lie', 'Am\u00e9lie', strict).equal, true)
    assert.equal(compareTexts('new york', 'New York', strict).why, '“new york” is not the expected “New York”')
    assert.equal(compareTexts('The “New-York”!', 'new york', loose).why, '“new york” is the expected text')
    assert.equal(compareTexts('theory', 'ory', loose).equal, false)
  })

  it('refuses long answers unread', () => {
    assert.equal(compareTexts('a '.repeat(500_000), 'a', loose).why, 'the answer has 1000000 characters, more than 10000')
  })
})

describe('quote', () => {
  it('shows controls and direction marks, and cuts', () => {
    assert.equal(quote('a\u202eb\u0007\u2028c'), '“a\\u{202e}b\\u{7}\\u{2028}c”')
    assert.equal(quote('x'.repeat(100)), `“${'x'.repeat(80)}…”`)
  })
})
