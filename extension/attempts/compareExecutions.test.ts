import assert from 'node:assert/strict'
import { execution, testRun } from '../../trainer/protocol/execution.fixture.ts'
import { compareExecutions } from './compareExecutions.ts'

describe('a second execution', () => {
  it('says which verdicts are another, and which tests were not there', () => {
    const recorded = execution([testRun('a', 'pass'), testRun('b', 'timeout'), testRun('c', null), testRun('fresh 1', 'pass')])
    const { changed, changedCount, card, tests } = compareExecutions(recorded, execution([testRun('a', 'pass'), testRun('b', 'pass'), testRun('c', 'pass'), testRun('fresh 2', 'pass')]))
    assert.deepEqual(changed, [{ index: 1, name: 'b', before: 'timeout', after: 'pass' }, { index: 2, name: 'c', before: null, after: 'pass' }, { index: 3, name: 'fresh 2', before: 'absent', after: 'pass' }])
    assert.deepEqual([changedCount, card.byVerdict.pass, tests.length], [3, 4, 4])
  })

  it('is bounded, however many tests there are', () => {
    const many = execution(Array.from({ length: 2000 }, (_, i) => testRun(`t${i}`, 'pass', { output: 'x'.repeat(10_000) })))
    const again = compareExecutions(null, many)
    assert.deepEqual([again.changed.length, again.changedCount, again.tests.length, again.card.tests], [100, 2000, 500, 2000])
    assert.ok(JSON.stringify(again).length < 2_000_000)
  })
})
