import { z } from 'zod'
import { Limits } from '../../protocol/execution.ts'
import { NonNegative } from '../../protocol/numbers.ts'
import { infrastructure } from '../pool/failures.ts'
import { readableJson } from '../readableJson.ts'
import type { CallEnd, CallOutcome, ExecutionOutcome, Json, Sighting } from '../sandbox.ts'
import { SightingKind, StoppedEnd } from '../toldKinds.ts'

/** What the supervisor tells. Answers are texts that the candidate's process wrote. */
const WorkerOutcome = z.object({
  calls: z.array(z.object({
    answer: z.string().nullable(),
    end: z.object({ ended: StoppedEnd, message: z.string() }).nullable(),
    stdout: z.string(), stderr: z.string(), outputCut: z.boolean(), seconds: NonNegative
  })),
  sightings: z.array(z.object({ kind: SightingKind, why: z.string() })),
  limitsHit: z.array(Limits.keyof()),
  cpuSeconds: NonNegative, peakMegabytes: NonNegative
})
const Failure = z.object({ failure: z.string() })

/** What a candidate's process may answer; anything else is no answer. */
const Answer = z.union([
  // JSON already, and hostile: walking it by recursion would end in an overflow that counts as the machine's.
  z.object({ ended: z.literal('value'), value: z.custom<Json>((value) => value !== undefined && isShallow(value)) }),
  z.object({ ended: z.literal('exit'), code: z.int() }),
  z.object({ ended: z.enum(['exception', 'memory', 'noResult']), message: z.string().max(5000), exited: z.boolean().optional(), limit: z.enum(['fileBytes', 'processes']).nullish() })
])

/** Deeper than any answer of an honest worker, and nothing that an overflow could come of later. */
const DEEPEST = 1000

function isShallow(value: unknown): boolean {
  let level = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) return false
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []))
  }
  return true
}

/** @throws LabError `sandbox/infrastructure` for what the machine could not do, and for words that no worker of ours says. */
export function readOutcome(payload: string, calls: number): Omit<ExecutionOutcome, 'seconds' | 'queueSeconds'> {
  const told: unknown = JSON.parse(payload)
  const failure = Failure.safeParse(told)
  if (failure.success) throw infrastructure(`The sandbox could not run a candidate: ${failure.data.failure}`)
  const outcome = WorkerOutcome.parse(told)
  if (outcome.calls.length !== calls) throw infrastructure(`The sandbox told ${outcome.calls.length} outcomes of ${calls} calls.`)
  const seen: Sighting[] = [...outcome.sightings]
  const limitsHit = new Set(outcome.limitsHit)
  const read = outcome.calls.map(({ answer, end, ...rest }): CallOutcome => ({ end: end ?? readAnswer(answer ?? '', seen, limitsHit), ...rest }))
  return { calls: read, sightings: seen, limitsHit: [...limitsHit], cpuSeconds: outcome.cpuSeconds, peakMegabytes: outcome.peakMegabytes }
}

/** Where nothing stands between a candidate and its worker. */
export function endedByCandidate(calls: number): Omit<ExecutionOutcome, 'seconds' | 'queueSeconds'> {
  const none: CallOutcome = { end: { ended: 'noResult', message: 'the worker ended while it ran the program' }, stdout: '', stderr: '', outputCut: false, seconds: 0 }
  return {
    calls: Array.from({ length: calls }, () => none), sightings: [{ kind: 'earlyExit', why: 'the worker ended while it ran the program' }],
    limitsHit: [], cpuSeconds: null, peakMegabytes: null
  }
}

function readAnswer(text: string, seen: Sighting[], limitsHit: Set<keyof Limits>): CallEnd {
  const answer = Answer.safeParse(readableJson(text))
  if (!answer.success) {
    seen.push({ kind: 'forgedResult', why: 'an answer on the result channel that is none' })
    return { ended: 'noResult', message: 'what came as an answer is none' }
  }
  if (answer.data.ended === 'value') return { ended: 'value', value: answer.data.value }
  if (answer.data.ended === 'exit') return { ended: 'exit', code: answer.data.code }
  const { ended, message, exited, limit } = answer.data
  if (exited) seen.push({ kind: 'earlyExit', why: message })
  if (limit) limitsHit.add(limit)
  if (ended === 'memory') limitsHit.add('memoryMegabytes')
  return { ended, message }
}
