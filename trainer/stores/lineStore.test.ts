import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import type { RunEvent } from '../protocol/events.ts'
import type { MetricsRecord } from '../protocol/metrics.ts'
import { openEvents, readEvents } from './eventStore.ts'
import { diskFileOps } from './fileOps.ts'
import { AT, temporaryFolder } from './fixtures.ts'
import { openMetrics, readMetrics } from './metricsStore.ts'

const ignore = (): void => undefined
const record = (step: number, values: Record<string, number>): MetricsRecord => ({ version: 1, stage: 'rl', step, at: AT, seconds: step, values })
const event = { version: 1, at: AT, step: 1 } as const

describe('metrics and events of steps that are done again', () => {
  it('keep the first measurement, take new names, and merge when read', () => {
    const place = path.join(temporaryFolder(), 'metrics.jsonl')
    const first = openMetrics(place, diskFileOps, ignore)
    assert.equal(first.append(record(1, { reward: 0.5, loss: 1 })), true)
    assert.equal(first.append(record(1, { loss: 2, reward: 0.6 })), false, 'in the same process')
    first.close()
    const second = openMetrics(place, diskFileOps, ignore)
    assert.equal(second.append(record(1, { reward: 0.7, loss: 3 })), false, 'after a resume')
    assert.equal(second.append(record(1, { 'passAt1': 0.25 })), true)
    assert.equal(second.append(record(2, { reward: 0.5, loss: 1 })), true)
    second.close()
    assert.equal(fs.readFileSync(place, 'utf8').trim().split('\n').length, 3)
    assert.deepEqual(readMetrics(place).map(({ step, values }) => [step, values]), [[1, { reward: 0.5, loss: 1, passAt1: 0.25 }], [2, { reward: 0.5, loss: 1 }]])
  })

  it('keep a step’s own figures though a replay has fewer of them', () => {
    const place = path.join(temporaryFolder(), 'metrics.jsonl')
    const metrics = openMetrics(place, diskFileOps, ignore)
    assert.equal(metrics.append(record(1, { 'rollouts/total': 8, 'seconds/score': 3, 'executions/perSecond': 40 })), true)
    assert.equal(metrics.append(record(1, { 'rollouts/total': 8, 'seconds/score': 0 })), false)
    assert.equal(metrics.append(record(1, { passAt1: 0.25 })), true)
    metrics.close()
    assert.equal(readMetrics(place)[0]!.values['seconds/score'], 3)
  })

  it('state a fact once and what a process did each time', () => {
    const place = path.join(temporaryFolder(), 'events.jsonl')
    const events: RunEvent[] = [
      { ...event, type: 'runStarted', runId: 'a', directory: 'run', resumed: false, steps: 3 },
      { ...event, type: 'stepStarted', stage: 'rl', attempt: 1 },
      { ...event, type: 'stepFinished', stage: 'rl', metrics: { reward: 0.5 } },
      { ...event, type: 'warning', code: 'slow', message: 'slow' }
    ]
    const written: boolean[][] = []
    for (const round of [1, 2]) {
      const store = openEvents(place, diskFileOps, ignore)
      written.push(events.map((one) => store.append(one)))
      if (round === 2) assert.equal(store.append({ ...event, type: 'stepStarted', stage: 'rl', attempt: 2 }), true)
      store.close()
    }
    assert.deepEqual(written, [[true, true, true, true], [true, false, false, true]])
    assert.deepEqual([...readEvents(place)].map((one) => one.type), ['runStarted', 'stepStarted', 'stepFinished', 'warning', 'runStarted', 'warning', 'stepStarted'])
  })
})
