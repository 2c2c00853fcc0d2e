import assert from 'node:assert/strict'
import { countWords, slugify, titleCase } from '../src/words.js'

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
})
