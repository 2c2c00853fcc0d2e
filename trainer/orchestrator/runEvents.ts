import type { RunEvent } from '../protocol/events.ts'
import type { RunState } from '../protocol/runState.ts'
import type { TrainerParts } from './trainerParts.ts'

type WithoutStamp<E> = E extends RunEvent ? Omit<E, 'version' | 'at'> : never
/** An event as the orchestrator states it; version and time are added. */
export type StatedEvent = WithoutStamp<RunEvent>

/** The run's diary: events, metrics and state, recorded before they are told. */
export interface RunJournal {
  /** Records and tells; what is recorded already (a step done again) is not told again. */
  event(event: StatedEvent): void
  metrics(stage: string, step: number, values: Record<string, number>): void
  /** While the run goes on the state is written once a second at most: checkpoints and rollouts are what resuming needs. */
  state(status: RunState['status'], position: { stage: string; step: number }, error?: RunState['error']): void
  /** Wall seconds of the run over all resumes, pauses excluded. */
  seconds(): number
}

const STATE_SECONDS = 1

export function openJournal(parts: Pick<TrainerParts, 'directory' | 'clock' | 'emit'>, steps: number): RunJournal {
  const { directory, clock, emit } = parts
  const { runId } = directory.record
  const before = directory.state.read()?.seconds ?? 0
  const startedAt = clock.seconds()
  const at = (): string => clock.now().toISOString()
  let nextState = -Infinity
  const seconds = (): number => before + clock.seconds() - startedAt
  return {
    event: (stated) => {
      const event = { version: 1, at: at(), ...stated } as RunEvent
      if (directory.events.append(event)) emit(event)
    },
    metrics: (stage, step, values) => void directory.metrics.append({ version: 1, stage, step, at: at(), seconds: seconds(), values }),
    state: (status, { stage, step }, error) => {
      if (status === 'running' && seconds() < nextState) return
      nextState = seconds() + STATE_SECONDS
      directory.state.write({ version: 1, runId, status, stage, step, steps, seconds: seconds(), updatedAt: at(), ...(error && { error }) })
    },
    seconds
  }
}
