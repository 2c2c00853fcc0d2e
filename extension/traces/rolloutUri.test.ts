import assert from 'node:assert/strict'
import fc from 'fast-check'
import { fileNameOf, placeOf, queryOf } from './rolloutUri.ts'

describe('the address of a rollout', () => {
  it('comes back from its query', () => {
    const printable = fc.string({ minLength: 1, maxLength: 300 }).filter((text) => !/\p{Cc}/u.test(text))
    fc.assert(fc.property(printable, printable, (run, id) => assert.deepEqual(placeOf(queryOf({ run, id })), { run, id })))
  })

  it('is one run and one id, and nothing else', () => {
    const refused = ['', 'run=/a', 'id=x', 'run=&id=x', 'run=/a&id=', 'run=/a&id=x&command=quit', 'run=/a&run=/b&id=x', `run=/a&id=${'x'.repeat(301)}`, `run=${'x'.repeat(4097)}&id=x`, 'run=/a%00&id=x', 'run=/a&id=%1b']
    for (const query of refused) assert.equal(placeOf(query), undefined, query)
  })

  it('gives tabs a plain file name', () => {
    assert.equal(fileNameOf('t000012.1-003-05'), 't000012.1-003-05.trace')
    assert.equal(fileNameOf('../..\u202e/etc'), '.._.._etc.trace')
  })
})
