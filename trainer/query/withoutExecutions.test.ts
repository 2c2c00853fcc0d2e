import assert from 'node:assert/strict'
import fc from 'fast-check'
import { execution, testRun } from '../protocol/execution.fixture.ts'
import { rollout } from '../stores/fixtures.ts'
import { withoutExecutions } from './withoutExecutions.ts'

/** Texts that could be taken for the end of an array, of a string, or for the key. */
const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.constantFrom('"executions":[', '"', '\\', ']', '[', '\\"', '{', '}', ','), { maxLength: 12 }).map((pieces) => pieces.join('')))

describe('withoutExecutions', () => {
  it('leaves them out, whatever their texts are', () => {
    fc.assert(fc.property(anyText, anyText, anyText, (output, tag, path) => {
      const record = { ...rollout({ step: 1, tokens: 2 }), tags: { tag }, executions: [execution([testRun('t', 'pass', { output, got: output })], { files: [{ path, text: output }] })] }
      assert.deepEqual(JSON.parse(withoutExecutions(JSON.stringify(record))), JSON.parse(JSON.stringify({ ...record, executions: [] })))
    }))
  })

  it('gives a line without them back as it is', () => {
    const line = JSON.stringify(rollout({ step: 1, tokens: 2 }))
    assert.equal(withoutExecutions(line), line)
  })
})
