import assert from 'node:assert/strict'
import { pickWords } from './pickWords.ts'

describe('a choice of several runs', () => {
  it('says its limits, and how many are too many', () => {
    assert.equal(pickWords(0, { least: 1, most: Infinity }), 'Which runs')
    assert.equal(pickWords(0, { least: 2, most: 20 }), '2 to 20 runs')
    assert.equal(pickWords(3, { least: 1, most: 7 }), 'At most 7 runs')
    assert.equal(pickWords(1, { least: 2, most: 20 }), 'Choose at least 2 runs.')
    assert.equal(pickWords(25, { least: 2, most: 20 }), '25 runs are chosen; at most 20 can be shown together. Take away 5.')
  })
})
