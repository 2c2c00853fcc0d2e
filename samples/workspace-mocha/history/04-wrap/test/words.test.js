import assert from 'node:assert/strict'
import { countWords, slugify, titleCase, wrapLines } from '../src/words.js'

describe('words', () => {
  it('counts words', () => {
    assert.equal(countWords('one two  three\nfour'), 4)
    assert.equal(countWords('   '), 0)
  })

  it('makes titles', () => {
    assert.equal(titleCase('the lord of THE rings'), 'The Lord of the Rings')
    assert.equal(titleCase(''), '')
  })

  it('makes slugs', () => {
    assert.equal(slugify('Hello, World!'), 'hello-world')
    assert.equal(slugify('  many   words here '), 'many-words-here')
  })

  it('keeps the letters of accented words', () => {
    assert.equal(slugify('Crème brûlée à Zürich'), 'creme-brulee-a-zurich')
  })

  it('wraps lines at a width', () => {
    assert.deepEqual(wrapLines('a quick brown fox', 7), ['a quick', 'brown', 'fox'])
    assert.deepEqual(wrapLines('extraordinary day', 5), ['extraordinary', 'day'])
    assert.deepEqual(wrapLines('  ', 5), [])
  })
})
