import path from 'node:path'
import { RunState } from '../protocol/runState.ts'
import type { FileOps } from './fileOps.ts'
import { readJsonFile, writeJsonFile } from './jsonFile.ts'
import { RUN_FILES } from './runLayout.ts'

/** state.json: where the run stands, replaced atomically. */
export interface StateStore {
  read(): RunState | undefined
  write(state: RunState): void
}

/** The state of a run directory that may be in use by its trainer; undefined before there is one. `limit`: bytes. */
export const readState = (directory: string, limit?: number): RunState | undefined => readJsonFile(path.join(directory, RUN_FILES.state), RunState, limit)

export function openState(place: string, ops: FileOps): StateStore {
  return { read: () => readJsonFile(place, RunState), write: (state) => writeJsonFile(place, state, ops) }
}
