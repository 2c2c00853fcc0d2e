import path from 'node:path'
import { Summary } from '../protocol/summary.ts'
import type { FileOps } from './fileOps.ts'
import { readJsonFile, writeJsonFile } from './jsonFile.ts'
import { RUN_FILES } from './runLayout.ts'

/** summary.json: what the run showed; written at its end, and again when a stopped run goes on. */
export interface SummaryStore {
  read(): Summary | undefined
  write(summary: Summary): void
}

/** The summary of a run directory that may be in use by its trainer; undefined before there is one. */
export const readSummary = (directory: string): Summary | undefined => readJsonFile(path.join(directory, RUN_FILES.summary), Summary)

export function openSummary(place: string, ops: FileOps): SummaryStore {
  return { read: () => readJsonFile(place, Summary), write: (summary) => writeJsonFile(place, summary, ops) }
}
