import assert from 'node:assert/strict'
import { countsOf } from './listCounts.ts'

describe('what a list counts', () => {
  it('are the attempts that stand, and those left out since they were done again', () => {
    const info = { total: 128, superseded: 32 }
    for (const filter of [{}, { superseded: false }]) assert.deepEqual(countsOf(info, filter), { listed: 96, leftOut: 32 })
    assert.deepEqual(countsOf(info, { superseded: true }), { listed: 128, leftOut: 0 })
  })
})
