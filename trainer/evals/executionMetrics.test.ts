import assert from 'node:assert/strict'
import { execution, testRun } from '../protocol/execution.fixture.ts'
import type { ExecutionRecord } from '../protocol/execution.ts'
import type { Rollout } from '../protocol/rollout.ts'
import { executionMetrics, executionSpeed } from './executionMetrics.ts'

const rollouts = (...executed: (readonly ExecutionRecord[] | undefined)[]): Rollout[] => executed.map((executions) => ({ executions }) as unknown as Rollout)
const tampered = (...kinds: ('earlyExit' | 'specialCased')[]): Partial<ExecutionRecord> => ({ signals: kinds.map((kind) => ({ kind, why: '' })) })

describe('executionMetrics', () => {
  it('says nothing where nothing was executed', () => {
    assert.deepEqual(executionMetrics(rollouts(undefined, [])), {})
  })

  it('measures executions and tests, failures of the machine apart', () => {
    const values = executionMetrics(rollouts(
      [execution([testRun('a', 'pass'), testRun('b', 'wrongValue')], { seconds: 1, queueSeconds: 0 }), execution([testRun('a', 'pass'), testRun('b', 'timeout')], { seconds: 3, queueSeconds: 1, retries: 2 })],
      [execution([testRun('a', null), testRun('b', null)], { seconds: 0, queueSeconds: 2, retries: 1, failure: 'no room' })],
      undefined
    ))
    assert.deepEqual(values, {
      'executions/total': 3, 'executions/failed': 1 / 3, 'executions/retries': 3, 'executions/seconds': 2, 'executions/queueSeconds': 1,
      'tests/passed': 2 / 4, 'tests/notJudged': 2 / 6, 'tests/failed/wrongValue': 1, 'tests/failed/timeout': 1, 'tamper/rollouts': 0
    })
  })

  it('counts a rollout once for a mark of cheating, however often it was seen', () => {
    const values = executionMetrics(rollouts(
      [execution([], tampered('earlyExit', 'earlyExit')), execution([], tampered('earlyExit'))], [execution([], tampered('specialCased'))], [execution([])], [execution([])], undefined
    ))
    assert.deepEqual([values['tamper/rollouts'], values['tamper/kind/earlyExit'], values['tamper/kind/specialCased']], [2 / 4, 1, 1])
  })
})

describe('executionSpeed', () => {
  it('counts what was run now, by the time in which anything ran', () => {
    assert.deepEqual(executionSpeed({ executions: 6, busySeconds: 2 }, 8), { 'executions/perSecond': 3, 'executions/timeShare': 0.25 })
    assert.deepEqual(executionSpeed({ executions: 0, busySeconds: 0 }, 8), {})
    assert.deepEqual(executionSpeed(undefined, 8), {})
  })
})
