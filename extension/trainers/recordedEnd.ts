import type { RunState } from '../../trainer/protocol/runState.ts'
import { readState } from '../../trainer/stores/stateStore.ts'

/** Bytes; a run directory may be anybody's. */
const STATE_LIMIT = 256 * 1024
const ENDED: ReadonlySet<RunState['status']> = new Set(['finished', 'stopped', 'failed'])

/**
 * How the run ended as its directory records it; undefined where it records no end of this run, or cannot be read. Told to
 * people only: nothing that is read here is acted upon.
 */
export function recordedEnd(directory: string, runId: string): RunState | undefined {
  const state = recordedState(directory)
  return state?.runId === runId && ENDED.has(state.status) ? state : undefined
}

function recordedState(directory: string): RunState | undefined {
  try {
    return readState(directory, STATE_LIMIT)
  } catch {
    // Damaged, out of reach, or no plain file: it tells nothing.
    return undefined
  }
}
