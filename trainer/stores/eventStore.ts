import { RunEvent } from '../protocol/events.ts'
import type { FileOps } from './fileOps.ts'
import { readJsonLines } from './jsonLinesReader.ts'
import { LineStore } from './lineStore.ts'
import type { ReportRecovery } from './recovery.ts'

/**
 * events.jsonl. An event that states a fact about a step is written once, however often the step is done; events that tell
 * what a process did (started, restarted, warned, failed, finished) are written each time.
 */
export type EventStore = LineStore<RunEvent>

function factKey(event: RunEvent): string | undefined {
  switch (event.type) {
    case 'stageStarted': return JSON.stringify([event.type, event.stage])
    case 'stageProgress': return JSON.stringify([event.type, event.stage, event.done])
    case 'stepStarted': return JSON.stringify([event.type, event.stage, event.step, event.attempt])
    case 'stepFinished': return JSON.stringify([event.type, event.stage, event.step])
    case 'evaluation': return JSON.stringify([event.type, event.when, event.name, event.step, event.result.temperature])
    case 'rolloutShown': return JSON.stringify([event.type, event.rolloutId])
    case 'checkpointSaved':
    case 'modelExported': return JSON.stringify([event.type, event.directory])
    default: return undefined
  }
}

const kind = { parse: (value: unknown) => RunEvent.safeParse(value).data, key: factKey }

export function openEvents(place: string, ops: FileOps, report: ReportRecovery): EventStore {
  return new LineStore(place, kind, ops, report)
}

/** Events in the order they happened; damaged lines are left out. */
export function* readEvents(place: string): Generator<RunEvent> {
  for (const line of readJsonLines(place)) {
    const event = RunEvent.safeParse(line.value).data
    if (event !== undefined) yield event
  }
}
