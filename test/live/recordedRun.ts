/** Everything in a run directory, read by the trainer's own schemas: any record that they would change or refuse fails. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { z } from 'zod'
import { RunEvent } from '../../trainer/protocol/events.ts'
import { MetricsRecord } from '../../trainer/protocol/metrics.ts'
import { Rollout } from '../../trainer/protocol/rollout.ts'
import { RunState } from '../../trainer/protocol/runState.ts'
import { Summary } from '../../trainer/protocol/summary.ts'
import { RunRecord } from '../../trainer/stores/runRecord.ts'

const READ_BY: Readonly<Record<string, z.ZodType>> = { 'state.json': RunState, 'summary.json': Summary }

export interface RecordedRun {
  readonly record: RunRecord
  readonly state: RunState
  /** By file name. */
  readonly rollouts: ReadonlyMap<string, readonly Rollout[]>
  readonly events: readonly RunEvent[]
  readonly metrics: readonly MetricsRecord[]
}

export function readWholeRun(directory: string): RecordedRun {
  const names = readdirSync(directory).filter((name) => !['rollouts', 'run.lock', 'run.json', 'metrics.jsonl', 'events.jsonl'].includes(name))
  for (const name of names) {
    const schema = READ_BY[name]
    assert.ok(schema !== undefined, `${name} is no file of a run`)
    exactly(schema, readJson(directory, name), name)
  }
  const record = RunRecord.parse(readJson(directory, 'run.json'))
  const files = readdirSync(join(directory, 'rollouts')).sort()
  return {
    record, state: RunState.parse(readJson(directory, 'state.json')),
    rollouts: new Map(files.map((name) => [name, lines(join(directory, 'rollouts', name)).map((value) => exactly(Rollout, value, name))])),
    events: lines(join(directory, 'events.jsonl')).map((value) => exactly(RunEvent, value, 'events.jsonl')),
    metrics: lines(join(directory, 'metrics.jsonl')).map((value) => exactly(MetricsRecord, value, 'metrics.jsonl'))
  }
}

const readJson = (directory: string, name: string): unknown => JSON.parse(readFileSync(join(directory, name), 'utf8'))

function lines(place: string): unknown[] {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(place))
  assert.ok(text === '' || text.endsWith('\n'), `${place} ends within a line`)
  return text.split('\n').slice(0, -1).map((line) => JSON.parse(line) as unknown)
}

/** Nothing is missing, and nothing is there that the schema would drop. */
function exactly<S extends z.ZodType>(schema: S, value: unknown, place: string): z.output<S> {
  const parsed = schema.parse(value)
  assert.deepEqual(parsed, value, place)
  return parsed
}
