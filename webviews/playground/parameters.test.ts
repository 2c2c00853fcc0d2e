import assert from 'node:assert/strict'
import { FIELDS, mistakeIn, readParameters, readSaved, STARTING } from './parameters.ts'

describe('playground parameters', () => {
  it('start as allowed values', () => {
    assert.deepEqual(readParameters(STARTING), { count: 4, maxTokens: 256, temperature: 1, topP: 1, topK: 0, seed: 1 })
  })

  it('say what is wrong with a field', () => {
    const field = (name: string) => FIELDS.find((each) => each.name === name)!
    assert.equal(mistakeIn(field('count'), '3'), undefined)
    assert.equal(mistakeIn(field('count'), '2.5'), 'Completions must be a whole number from 1 to 64.')
    assert.equal(mistakeIn(field('topP'), '1.1'), 'Top p must be a number from 0.01 to 1.')
    for (const typed of ['', ' ', 'x', 'NaN', 'Infinity', '-1']) assert.notEqual(mistakeIn(field('temperature'), typed), undefined, typed)
    assert.equal(readParameters({ ...STARTING, seed: '-1' }), undefined)
  })

  it('come back as they were saved, or fresh', () => {
    assert.deepEqual(readSaved({ prompt: 'p', typed: { ...STARTING, seed: '7x' } }), { prompt: 'p', typed: { ...STARTING, seed: '7x' } })
    for (const saved of [null, 3, { prompt: 3, typed: [] }, { typed: { count: 4 } }]) assert.deepEqual(readSaved(saved), { prompt: '', typed: STARTING })
  })
})
