import { RunState } from '../protocol/runState.ts'
import type { FileOps } from './fileOps.ts'
import { readJsonFile, writeJsonFile } from './jsonFile.ts'

/** state.json: where the run stands, replaced atomically. */
export interface StateStore {
  read(): RunState | undefined
  write(state: RunState): void
}

export function openState(place: string, ops: FileOps): StateStore {
  return { read: () => readJsonFile(place, RunState), write: (state) => writeJsonFile(place, state, ops) }
}
