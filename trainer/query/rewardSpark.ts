import { MetricsRecord } from '../protocol/metrics.ts'
import { parseLine, sampleLines } from './fileSample.ts'

const POINTS = 40
const WINDOW_BYTES = 16 * 1024

/** Mean reward of up to 40 steps, evenly spaced over metrics.jsonl. Reads the same little of a file of any size. */
export function rewardSpark(metrics: string): number[] {
  const windows = sampleLines(metrics, POINTS, WINDOW_BYTES)
  const found = windows.flatMap((lines) => {
    for (const line of lines) {
      const record = MetricsRecord.safeParse(parseLine(line)).data
      const reward = record?.values['reward/mean']
      if (record !== undefined && reward !== undefined) return [{ step: record.step, reward }]
    }
    return []
  })
  const rewards = [...new Map(found.map(({ step, reward }) => [step, reward])).values()]
  if (rewards.length <= POINTS) return rewards
  return Array.from({ length: POINTS }, (_, i) => rewards[Math.round((i * (rewards.length - 1)) / (POINTS - 1))]!)
}
