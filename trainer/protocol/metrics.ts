import { z } from 'zod'
import { Count, Finite, NonNegative } from './numbers.ts'

/** A line of metrics.jsonl. Names are those of METRIC_DEFINITIONS; a value that could not be computed is absent, never NaN. */
export const MetricsRecord = z.object({
  version: z.literal(1),
  stage: z.string(),
  step: Count,
  at: z.iso.datetime(),
  /** Wall seconds since the run first started, pauses excluded. */
  seconds: NonNegative,
  values: z.record(z.string(), Finite)
})
export type MetricsRecord = z.infer<typeof MetricsRecord>
