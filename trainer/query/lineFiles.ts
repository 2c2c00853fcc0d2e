import fs from 'node:fs'
import type { QueryResults } from '../protocol/queries.ts'
import { RunEvent } from '../protocol/events.ts'
import { MetricsRecord } from '../protocol/metrics.ts'
import { plainKind } from '../stores/plainFiles.ts'
import { parseLine } from './fileSample.ts'
import { readLinesFrom } from './lineTail.ts'

/** Bytes of one answer; the next call goes on from there. */
const ANSWER_BYTES = 32 * 1024 * 1024
/** Of an answer that is about both ends of a file, what its beginning gets. */
const BEGINNING_BYTES = 4 * 1024 * 1024

interface ReadLines {
  readonly lines: readonly string[]
  readonly next: number
}

/** Whole lines of a JSONL file from an offset on, about so many bytes of them; one that has become shorter is read from its beginning. */
function linesSince(place: string, offset: number, bytes = ANSWER_BYTES): ReadLines {
  if (plainKind(place) === 'absent') return { lines: [], next: 0 }
  const lines: string[] = []
  for (let from = offset; ; ) {
    const piece = readLinesFrom(place, from)
    if (piece === 'shrunk') return linesSince(place, 0, bytes)
    for (const { text } of piece.lines) lines.push(text)
    if (!piece.more || piece.next - offset > bytes) return { lines, next: piece.next }
    from = piece.next
  }
}

/** Events from a byte offset on, of these types where some are given; damaged lines are left out. */
export function eventsSince(place: string, offset: number, types: readonly string[] | undefined): QueryResults['runs/events'] {
  const { lines, next } = linesSince(place, offset)
  const wanted = types && new Set<unknown>(types)
  const parsed = lines.map(parseLine).filter((line) => !wanted || (typeof line === 'object' && line !== null && 'type' in line && wanted.has(line.type)))
  return { events: parsed.flatMap((line) => RunEvent.safeParse(line).data ?? []), next }
}

/** Metrics from a byte offset on, one entry per stage and step in the order of their first lines; a value stated twice is the last one. */
export function metricsSince(place: string, offset: number, names: readonly string[] | undefined): Omit<QueryResults['runs/metrics'], 'planned'> {
  const { lines, next } = linesSince(place, offset)
  return { ...metricsOf(lines, names), next }
}

/** Metrics of the first and the last steps; of all where they are not too many to be read at once. */
export function metricsOfEnds(place: string, names: readonly string[], bytes = { beginning: BEGINNING_BYTES, answer: ANSWER_BYTES }): MetricsOfLines {
  const size = plainKind(place) === 'absent' ? 0 : fs.statSync(place).size
  if (size <= bytes.answer) return metricsOf(linesSince(place, 0, bytes.answer).lines, names)
  // The first line of the end is cut, and left out.
  const [beginning, end] = [linesSince(place, 0, bytes.beginning), linesSince(place, size - bytes.answer + bytes.beginning)]
  return metricsOf([...beginning.lines, ...end.lines], names)
}

type MetricsOfLines = Omit<QueryResults['runs/metrics'], 'planned' | 'next'>

function metricsOf(lines: readonly string[], names: readonly string[] | undefined): MetricsOfLines {
  const merged = new Map<string, { stage: string; step: number; seconds: number; values: Record<string, number> }>()
  for (const line of lines) {
    const record = MetricsRecord.safeParse(parseLine(line)).data
    if (record === undefined) continue
    const key = JSON.stringify([record.stage, record.step])
    const earlier = merged.get(key)
    merged.set(key, { stage: record.stage, step: record.step, seconds: record.seconds, values: { ...earlier?.values, ...record.values } })
  }
  const entries = [...merged.values()]
  const all = names ?? [...new Set(entries.flatMap(({ values }) => Object.keys(values)))].sort()
  const series = all.map((name) => [name, entries.map(({ values }) => (Object.hasOwn(values, name) ? values[name]! : null))] as const)
  return {
    stages: entries.map(({ stage }) => stage), steps: entries.map(({ step }) => step), seconds: entries.map(({ seconds }) => seconds),
    series: Object.fromEntries(series)
  }
}
