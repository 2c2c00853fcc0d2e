import { MetricsRecord } from '../protocol/metrics.ts'
import type { FileOps } from './fileOps.ts'
import { readJsonLines } from './jsonLinesReader.ts'
import { LineStore } from './lineStore.ts'
import type { ReportRecovery } from './recovery.ts'

/**
 * metrics.jsonl. The first line of a (stage, step, set of names) stays, of an RL step's own figures whatever names they have: after
 * a kill the updates since the last checkpoint are made again from the recorded rollouts, which measures nothing new, and less of
 * sampling. A step may have several lines with different
 * names (an evaluation comes later than the step's own figures); readers merge them.
 */
export type MetricsStore = LineStore<MetricsRecord>

/** Stands among an RL step's own figures, and among no others. */
const OF_A_STEP = 'rollouts/total'

const kind = {
  parse: (value: unknown) => MetricsRecord.safeParse(value).data,
  key: ({ stage, step, values }: MetricsRecord) => JSON.stringify([stage, step, Object.hasOwn(values, OF_A_STEP) ? OF_A_STEP : Object.keys(values).sort()])
}

export function openMetrics(place: string, ops: FileOps, report: ReportRecovery): MetricsStore {
  return new LineStore(place, kind, ops, report)
}

/** One record per stage and step, in the order of their first lines; a value stated twice is the last one. */
export function readMetrics(place: string): MetricsRecord[] {
  const merged = new Map<string, MetricsRecord>()
  for (const line of readJsonLines(place)) {
    const record = MetricsRecord.safeParse(line.value).data
    if (record === undefined) continue
    const key = JSON.stringify([record.stage, record.step])
    const earlier = merged.get(key)
    merged.set(key, earlier === undefined ? record : { ...record, values: { ...earlier.values, ...record.values } })
  }
  return [...merged.values()]
}
