import assert from 'node:assert/strict'
import fc from 'fast-check'
import { execution, testRun } from '../protocol/execution.fixture.ts'
import { rollout } from '../stores/fixtures.ts'
import { parseNarrow, withoutExecutions, withoutNumbers } from './narrowRollout.ts'

/** Texts that could be taken for the end of an array, of a string, or for the key. */
const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.constantFrom('"executions":[', '"', '\\', ']', '[', '\\"', '{', '}', ','), { maxLength: 12 }).map((pieces) => pieces.join('')))

describe('what is left out of a line', () => {
  it('is the executions, whatever their texts are', () => {
    fc.assert(fc.property(anyText, anyText, anyText, (output, tag, path) => {
      const record = { ...rollout({ step: 1, tokens: 2 }), tags: { tag }, executions: [execution([testRun('t', 'pass', { output, got: output })], { files: [{ path, text: output }] })] }
      assert.deepEqual(JSON.parse(withoutExecutions(JSON.stringify(record))), JSON.parse(JSON.stringify({ ...record, executions: [] })))
      const whole = JSON.parse(withoutNumbers(JSON.stringify(record))) as typeof record
      assert.deepEqual(whole.executions, JSON.parse(JSON.stringify(record.executions)))
    }))
  })

  it('never the end of a line that is cut off', () => {
    fc.assert(fc.property(fc.nat({ max: 400 }), (cut) => {
      const line = JSON.stringify({ id: 'a', executions: [execution([testRun('t', 'pass')])] })
      const torn = line.slice(0, cut)
      assert.equal(typeof parseNarrow(torn), 'string')
    }))
  })

  it('leaves a row as it is without them', () => {
    const one = rollout({ step: 1, tokens: 3 })
    const row = (record: object) => parseNarrow(JSON.stringify(record))
    assert.deepEqual(row({ ...one, executions: [execution([testRun('t', 'wrongValue', { output: '"]' })])] }), row(one))
    assert.equal(typeof row(one), 'object')
  })
})
