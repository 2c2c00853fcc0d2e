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
  /**
   * While the run goes on the state is written once a second at most: checkpoints and rollouts are what resuming needs. Time
   * while `paused` is not counted.
   */
  state(status: RunState['status'], position: { stage: string; step: number }, error?: RunState['error']): void
  /** Wall seconds of the run over all resumes, pauses excluded. */
  seconds(): number
}

const STATE_SECONDS = 1

export function openJournal(parts: Pick<TrainerParts, 'directory' | 'clock' | 'emit' | 'live'>, steps: number): RunJournal {
  const { directory, clock, emit, live } = parts
  const { runId } = directory.record
  const before = directory.state.read()?.seconds ?? 0
  const at = (): string => clock.now().toISOString()
  const watch = stopwatch(clock)
  let last: RunState['status'] | undefined
  let nextState = -Infinity
  const seconds = (): number => before + watch.seconds()
  return {
    event: (stated) => {
      const event = { version: 1, at: at(), ...stated } as RunEvent
      if (directory.events.append(event)) emit(event)
    },
    metrics: (stage, step, values) => void directory.metrics.append({ version: 1, stage, step, at: at(), seconds: seconds(), values }),
    state: (status, { stage, step }, error) => {
      if (status === 'running' && last === 'running' && seconds() < nextState) return
      if (status === 'paused') watch.stop()
      else watch.start()
      last = status
      nextState = seconds() + STATE_SECONDS
      const state: RunState = { version: 1, runId, status, stage, step, steps, seconds: seconds(), updatedAt: at(), ...(error && { error }) }
      directory.state.write(state)
      live?.state(state)
    },
    seconds
  }
}

/** Runs from the start; `stop` and `start` take out what lies between them. */
function stopwatch(clock: TrainerParts['clock']): { seconds(): number; stop(): void; start(): void } {
  let startedAt = clock.seconds()
  let stoppedAt: number | undefined
  return {
    seconds: () => (stoppedAt ?? clock.seconds()) - startedAt,
    stop: () => void (stoppedAt ??= clock.seconds()),
    start: () => {
      if (stoppedAt !== undefined) startedAt += clock.seconds() - stoppedAt
      stoppedAt = undefined
    }
  }
}
