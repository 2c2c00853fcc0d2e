import assert from 'node:assert/strict'
import { execution, testRun } from '../../protocol/execution.fixture.ts'
import { TEST_TEXT_CHARACTERS } from '../../protocol/rolloutViews.ts'
import { executionCard, testRows } from './executionViews.ts'

describe('what a page is told of an execution', () => {
  it('counts verdicts, and tells sizes of files in place of their texts', () => {
    const record = execution([testRun('a', 'pass'), testRun('b', 'pass'), testRun('c', 'timeout'), testRun('d', null)], { limitsHit: ['wallSeconds'], failure: 'x'.repeat(10_000) })
    const card = executionCard(record)
    assert.deepEqual([card.tests, card.byVerdict.pass, card.byVerdict.timeout, card.byVerdict.notJudged, card.byVerdict.memory], [4, 2, 1, 1, 0])
    assert.deepEqual(card.files, [{ path: 'answer.js', characters: record.files[0]!.text.length }])
    assert.equal(card.failure?.length, TEST_TEXT_CHARACTERS)
    assert.ok(JSON.stringify(card).length < 4000)
  })

  it('cuts the texts of tests, and says so', () => {
    const flood = '😀'.repeat(TEST_TEXT_CHARACTERS)
    const tests = [testRun('short', 'pass', { output: 'done' }), testRun('long', 'wrongValue', { got: 'x', output: `a${flood}`, expected: flood }), testRun('last', null)]
    const [short, long, last, ...more] = testRows(tests)
    assert.deepEqual([short!.cut, short!.output], [false, 'done'])
    assert.deepEqual([long!.index, long!.name, long!.cut, long!.got, last!.index, last!.cut, more.length], [1, 'long', true, 'x', 2, false, 0])
    assert.equal(long!.expected!.length, TEST_TEXT_CHARACTERS)
    assert.equal(long!.output.length, TEST_TEXT_CHARACTERS - 1, 'half a character at the end')
    assert.ok(!('input' in long!))
  })
})
