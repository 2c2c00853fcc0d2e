import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { metricsSince } from './lineFiles.ts'

describe('metrics of a run', () => {
  it('come with the stage of each step, which is counted anew in the next', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rollout-lab-metrics-'))
    const line = (stage: string, step: number, values: Readonly<Record<string, number>>): string => JSON.stringify({ version: 1, stage, step, at: '2026-01-01T00:00:00Z', seconds: step, values })
    try {
      writeFileSync(join(folder, 'metrics.jsonl'), [line('sft', 1, { loss: 3 }), line('sft', 2, { loss: 2 }), line('rl', 1, { loss: 1 }), line('rl', 1, { reward: 0.5 }), ''].join('\n'))
      const { next: _, ...told } = metricsSince(join(folder, 'metrics.jsonl'), 0, undefined)
      assert.deepEqual(told, { stages: ['sft', 'sft', 'rl'], steps: [1, 2, 1], seconds: [1, 2, 1], series: { loss: [3, 2, 1], reward: [null, null, 0.5] } })
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
