import { z } from 'zod'
import { Count, Finite } from '../protocol/numbers.ts'
import type { RolloutRow } from '../protocol/rolloutViews.ts'
import { StopReason } from '../protocol/rollout.ts'

/** What a line tells of a row in a list; whether the group's rewards are equal, it does not. */
export interface NarrowRollout extends Omit<RolloutRow, 'run' | 'parts' | 'zeroVariance'> {
  readonly parts: readonly { readonly name: string; readonly score: number | null }[]
}

const NarrowSegment = z.object({
  logprobs: z.array(z.unknown()), entropies: z.array(z.unknown()), advantages: z.array(z.unknown()).optional(), mask: z.array(z.unknown()), stopReason: StopReason
})

const NarrowRecord = z.object({
  version: z.literal(1), id: z.string().min(1), kind: z.enum(['train', 'evaluation']), stage: z.string(), step: Count, attempt: Count, superseded: z.boolean(),
  group: z.string(), sampleIndex: Count, problemId: z.string(), environment: z.string(), correct: z.boolean().nullable(), policyVersion: Count,
  reward: z.object({ total: Finite.nullable(), parts: z.array(z.object({ name: z.string(), score: Finite.nullable() })) }),
  filter: z.object({ kept: z.boolean() }).optional(),
  segments: z.array(NarrowSegment).min(1)
})

/** Executions of programs, with outputs of any length: read apart, by those who show them. */
const EXECUTIONS = '"executions":['
/** Arrays of numbers that a row needs nothing of; about half the bytes of a line. */
const SKIPPED = ['"tokens":[', '"tokenEnds":[', '"samplingLogprobs":[']

/** The row of a line of a rollout file, or what is wrong with the line. */
export function parseNarrow(line: string): NarrowRollout | string {
  let value: unknown
  try {
    value = JSON.parse(withoutArrays(line))
  } catch {
    return 'not valid JSON'
  }
  const result = NarrowRecord.safeParse(value)
  if (result.success) return narrow(result.data)
  const issue = result.error.issues[0]
  return `${issue?.path.join('.') ?? ''} ${issue?.message ?? 'not a rollout'}`.trim()
}

/**
 * Empties the arrays that are not needed before they are parsed. Within a JSON string every quote is escaped, so that none of
 * the patterns, each with a bare quote in its middle, can be found there.
 */
export function withoutArrays(line: string): string {
  return withoutNumbers(withoutExecutions(line))
}

export const withoutExecutions = (line: string): string => emptied(line, EXECUTIONS, endOfArray)

/** Without the arrays of numbers alone. */
export function withoutNumbers(line: string): string {
  let text = line
  for (const pattern of SKIPPED) text = emptied(text, pattern, (whole, from) => whole.indexOf(']', from))
  return text
}

/** @param endFrom where the array that begins before `from` ends; −1 = it does not. */
function emptied(text: string, pattern: string, endFrom: (text: string, from: number) => number): string {
  let from = 0
  let kept = ''
  for (let at = text.indexOf(pattern); at >= 0; at = text.indexOf(pattern, from)) {
    const end = endFrom(text, at + pattern.length)
    if (end < 0) break
    kept += text.slice(from, at + pattern.length)
    from = end
  }
  return from === 0 ? text : kept + text.slice(from)
}

/** Where the array whose first element begins at `from` ends, arrays and strings within passed over; −1 = it does not. */
function endOfArray(text: string, from: number): number {
  let depth = 1
  for (let at = from; at < text.length; at++) {
    const character = text[at]
    if (character === '"') at = endOfString(text, at + 1)
    else if (character === '[') depth++
    else if (character === ']' && --depth === 0) return at
    if (at < 0) return -1
  }
  return -1
}

/** The quote that ends the string whose first character is at `from`; −1 = none does. */
function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0
    while (text[at - 1 - slashes] === '\\' && at - 1 - slashes >= from) slashes++
    if (slashes % 2 === 0) return at
  }
  return -1
}

function narrow({ reward, filter, segments, version: _, ...rest }: z.infer<typeof NarrowRecord>): NarrowRollout {
  return {
    ...rest,
    reward: reward.total, parts: reward.parts,
    stopReason: segments.at(-1)!.stopReason,
    completionTokens: segments.reduce((sum, { mask }) => sum + mask.length, 0),
    kept: filter?.kept ?? null,
    advantage: meanOver(segments.map(({ advantages }) => advantages ?? [])),
    meanLogprob: meanOver(segments.map(({ logprobs }) => logprobs)),
    meanEntropy: meanOver(segments.map(({ entropies }) => entropies))
  }
}

/** Mean over the numbers of all lists; null where there is none, or something else than a finite number. */
function meanOver(lists: readonly (readonly unknown[])[]): number | null {
  let sum = 0
  let count = 0
  for (const list of lists) {
    for (const value of list) {
      if (typeof value !== 'number') return null
      sum += value
      count++
    }
  }
  return count > 0 && Number.isFinite(sum) ? sum / count : null
}
