import assert from 'node:assert/strict'
import fc from 'fast-check'
import { execution, testRun } from '../protocol/execution.fixture.ts'
import { rollout } from '../stores/fixtures.ts'
import { parseNarrow } from './narrowRollout.ts'

describe('the row of a line', () => {
  it('is none of a line that is cut off', () => {
    fc.assert(fc.property(fc.nat({ max: 400 }), (cut) => {
      const line = JSON.stringify({ id: 'a', executions: [execution([testRun('t', 'pass')])] })
      const torn = line.slice(0, cut)
      assert.equal(typeof parseNarrow(torn), 'string')
    }))
  })

  it('is the same with and without executions', () => {
    const one = rollout({ step: 1, tokens: 3 })
    const row = (record: object) => parseNarrow(JSON.stringify(record))
    assert.deepEqual(row({ ...one, executions: [execution([testRun('t', 'wrongValue', { output: '"]' })])] }), row(one))
    assert.equal(typeof row(one), 'object')
  })
})
