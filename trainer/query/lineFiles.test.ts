import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { metricsOfEnds, metricsSince } from './lineFiles.ts'

const line = (stage: string, step: number, values: Readonly<Record<string, number>>): string => JSON.stringify({ version: 1, stage, step, at: '2026-01-01T00:00:00Z', seconds: step, values })

describe('metrics of a run', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rollout-lab-metrics-'))))
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  const written = (...lines: readonly string[]): string => {
    const place = join(folder, 'metrics.jsonl')
    writeFileSync(place, [...lines, ''].join('\n'))
    return place
  }

  it('come with the stage of each step, which is counted anew in the next', () => {
    const place = written(line('sft', 1, { loss: 3 }), line('sft', 2, { loss: 2 }), line('rl', 1, { loss: 1 }), line('rl', 1, { reward: 0.5 }))
    const { next: _, ...told } = metricsSince(place, 0, undefined)
    assert.deepEqual(told, { stages: ['sft', 'sft', 'rl'], steps: [1, 2, 1], seconds: [1, 2, 1], series: { loss: [3, 2, 1], reward: [null, null, 0.5] } })
  })

  it('are read at both ends where there are too many to be read at once', () => {
    const steps = Array.from({ length: 60_000 }, (_, i) => i + 1)
    const place = written(...steps.map((step) => line('rl', step, { loss: step })))
    const told = metricsOfEnds(place, ['loss'], { beginning: 1_000_000, answer: 4_000_000 })
    assert.deepEqual([told.steps[0], told.steps.at(-1)], [1, 60_000])
    assert.ok(told.steps.length < 60_000 && told.steps.every((step, i) => i === 0 || step > told.steps[i - 1]!))
    assert.deepEqual(told.series, { loss: told.steps })
    assert.equal(metricsOfEnds(place, ['loss']).steps.length, 60_000)
    assert.deepEqual(metricsOfEnds(join(folder, 'none.jsonl'), ['loss']).steps, [])
  })
})
