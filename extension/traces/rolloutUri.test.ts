import assert from 'node:assert/strict'
import fc from 'fast-check'
import { fileNameOf, linkQueryOf, placeOf, queryOf } from './rolloutUri.ts'

const printable = fc.string({ minLength: 1, maxLength: 300 }).filter((text) => !/\p{Cc}/u.test(text))

describe('the address of a rollout', () => {
  it('comes back from its query', () => {
    fc.assert(fc.property(printable, printable, (run, id) => assert.deepEqual(placeOf(queryOf({ run, id })), { run, id })))
  })

  /** As VS Code hands the query of a link to an extension. */
  const followed = (query: string) => placeOf(decodeURIComponent(query))

  it('comes back from a link, whose query VS Code has decoded', () => {
    for (const run of ['/w/c++ & co/runs/a', '/w/100%25/runs/a', '/w/a=b#c/runs/a', 'C:\\räume\\runs\\a']) assert.deepEqual(followed(linkQueryOf({ run, id: 't000001.1-000-02' })), { run, id: 't000001.1-000-02' })
    fc.assert(fc.property(printable, printable, (run, id) => assert.deepEqual(followed(linkQueryOf({ run, id })), { run, id })))
  })

  it('comes back from a link that an earlier version made of an ordinary path', () => {
    assert.deepEqual(followed('run=%2Fw%2F.rollout-lab%2Fruns%2Fgrpo--new--1&id=t000001.1-000-02'), { run: '/w/.rollout-lab/runs/grpo--new--1', id: 't000001.1-000-02' })
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
