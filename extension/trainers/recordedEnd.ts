import fs from 'node:fs'
import path from 'node:path'
import { RunState } from '../../trainer/protocol/runState.ts'

const STATE_LIMIT = 256 * 1024
const ENDED: ReadonlySet<RunState['status']> = new Set(['finished', 'stopped', 'failed'])

/**
 * How the run ended as its directory records it; undefined where it records no end of this run, or cannot be read. Told to
 * people only: nothing that is read here is acted upon.
 */
export function recordedEnd(directory: string, runId: string): RunState | undefined {
  const state = RunState.safeParse(parsed(textOf(path.join(directory, 'state.json')))).data
  return state?.runId === runId && ENDED.has(state.status) ? state : undefined
}

/** A plain file of reasonable size; a pipe in its place keeps nobody waiting. */
function textOf(place: string): string {
  let file: number
  try {
    file = fs.openSync(place, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0))
  } catch {
    // Nothing is recorded, or the directory is gone.
    return ''
  }
  try {
    const found = fs.fstatSync(file)
    return found.isFile() && found.size <= STATE_LIMIT ? fs.readFileSync(file, 'utf8') : ''
  } finally {
    fs.closeSync(file)
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not a state; the schema refuses it.
    return undefined
  }
}
