import assert from 'node:assert/strict'
import { errorDetail, errorText } from './errorText.ts'

describe('errors in words', () => {
  it('end with what to do', () => {
    assert.equal(errorText(Object.assign(new Error('The disk is full'), { remedy: 'Free some space.' })), 'The disk is full. Free some space.')
    assert.equal(errorText(Object.assign(new Error('No such run;'), { data: { remedy: 'Open another.' } })), 'No such run. Open another.')
  })

  it('say a remedy once, and nothing hostile', () => {
    assert.equal(errorText(Object.assign(new Error('Gone. Open another.'), { remedy: 'Open another.' })), 'Gone. Open another.')
    assert.equal(errorText(new Error('bad\u001b[31m [x](command:y)')), 'bad [x] (command:y).')
    assert.equal(errorText('just text'), 'just text.')
  })

  it('keep their causes for the log', () => {
    assert.match(errorDetail(new Error('outer', { cause: new Error('inner') })), /outer[\s\S]*caused by Error: inner/)
  })
})
