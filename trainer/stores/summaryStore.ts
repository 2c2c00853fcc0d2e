import { Summary } from '../protocol/summary.ts'
import type { FileOps } from './fileOps.ts'
import { readJsonFile, writeJsonFile } from './jsonFile.ts'

/** summary.json: what the run showed; written at its end, and again when a stopped run goes on. */
export interface SummaryStore {
  read(): Summary | undefined
  write(summary: Summary): void
}

export function openSummary(place: string, ops: FileOps): SummaryStore {
  return { read: () => readJsonFile(place, Summary), write: (summary) => writeJsonFile(place, summary, ops) }
}
