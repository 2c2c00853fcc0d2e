import { z } from 'zod'
import { NonNegative } from '../../protocol/numbers.ts'
import type { ExecutionRequest } from '../sandbox.ts'
import { SightingKind, StoppedEnd } from '../toldKinds.ts'

/** One candidate, as the trainer hands it to a worker: a line of JSON on standard input. */
export type Job = ExecutionRequest

/** How a call ended, in the process. Answers of programs come as text, which the trainer reads for itself. */
const ReportedEnd = z.discriminatedUnion('ended', [
  z.strictObject({ ended: z.literal('value'), text: z.string() }),
  z.strictObject({ ended: z.literal('rows'), columns: z.array(z.string()), rows: z.array(z.array(z.json())), goldRows: z.array(z.array(z.json())) }),
  z.strictObject({ ended: z.literal('exit'), code: z.int() }),
  z.strictObject({ ended: StoppedEnd, message: z.string() })
])
export type ReportedEnd = z.infer<typeof ReportedEnd>

export const CallReport = z.strictObject({
  kind: z.literal('call'), end: ReportedEnd, stdout: z.string(), stderr: z.string(), outputCut: z.boolean(), seconds: NonNegative, cpuSeconds: NonNegative,
  sightings: z.array(z.strictObject({ kind: SightingKind, why: z.string() })),
  limitsHit: z.array(z.enum(['wallSeconds', 'cpuSeconds', 'memoryMegabytes', 'outputBytes'])),
  /** `grown`: holds much memory and should serve no other candidate; `broken`: nothing more may run in it. */
  worker: z.enum(['good', 'grown', 'broken'])
})
export type CallReport = z.infer<typeof CallReport>

/** What a worker writes on descriptor 3, a line each: once that it is ready, then one a call, and one more amid a query. */
export const Report = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ready') }),
  CallReport,
  /** The task cannot be judged: its own tables or its gold query fail. */
  z.strictObject({ kind: z.literal('badTask'), message: z.string() }),
  /** Its gold query did not end in time. */
  z.strictObject({ kind: z.literal('slowTask') }),
  /** The gold query has ended: the candidate's is next. */
  z.strictObject({ kind: z.literal('begun') })
])
export type Report = z.infer<typeof Report>
