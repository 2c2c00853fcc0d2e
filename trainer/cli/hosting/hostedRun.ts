import type { ControlledRun } from '../../control/controlClient.ts'
import type { Notice } from '../../control/noticeQueue.ts'
import { LabError } from '../../errors.ts'
import { createRunControl } from '../../orchestrator/cancellation.ts'
import type { LiveWatcher } from '../../orchestrator/trainerParts.ts'
import type { SteerResult } from '../../protocol/control.ts'
import type { RunEvent } from '../../protocol/events.ts'
import type { RunState } from '../../protocol/runState.ts'
import type { RunControl } from '../services.ts'

/** What those who watch are told through; made once the pipe is open. */
export interface Audience {
  tell(notice: Notice): void
  readonly watched: boolean
}

/** A run between the orchestrator, which it stops and holds, and the pipe, which it tells what happens. */
export class HostedRun implements ControlledRun {
  readonly runtimeVersion: string
  readonly #control = createRunControl()
  readonly #begun: (run: { readonly runId: string; readonly directory: string }) => void
  #audience: Audience | undefined
  #identity: { readonly runId: string; readonly directory: string }
  #state: RunState | undefined
  #lastEvent: RunEvent | undefined
  #metrics: Readonly<Record<string, number>> | undefined
  #ended = false

  /** @param begun called once, as soon as the run has a directory and an id. */
  constructor(runtimeVersion: string, directory: string, begun: (run: { readonly runId: string; readonly directory: string }) => void) {
    this.runtimeVersion = runtimeVersion
    this.#identity = { runId: '', directory }
    this.#begun = begun
  }

  speakTo(audience: Audience): void {
    this.#audience = audience
  }

  describe(): ReturnType<ControlledRun['describe']> {
    return {
      ...this.#identity, ...(this.#state && { state: this.#state }), ...(this.#lastEvent && { lastEvent: this.#lastEvent }),
      ...(this.#metrics && { metrics: this.#metrics })
    }
  }

  pause(): SteerResult {
    return this.#unlessOver(() => this.#control.pause())
  }

  continue(): SteerResult {
    if (!this.#ended && !this.#control.pauseRequested) return { applied: false, reason: 'The run is not paused.' }
    return this.#unlessOver(() => this.#control.continue())
  }

  stop(): SteerResult {
    return this.#unlessOver(() => this.#control.stop())
  }

  stopNow(): SteerResult {
    if (!this.#ended) this.#control.stopNow()
    return this.#ended ? over('The run has ended.') : { applied: true }
  }

  /** How the services work this run. */
  get runControl(): RunControl {
    const never = new AbortController().signal
    return { safePoint: never, now: never, steering: this.#control, live: this.#live, waitsForDevice: true, onEvent: (event) => this.#take(event) }
  }

  /** Tells how the run ended where the run itself could not record it. */
  ended(error?: unknown): void {
    this.#ended = true
    if (error === undefined || this.#lastEvent?.type === 'runFailed') return
    const { code, message, remedy } = asLabError(error)
    this.#tellEvent({ version: 1, at: new Date().toISOString(), step: this.#state?.step ?? 0, type: 'runFailed', code, message, remedy })
  }

  readonly #live: LiveWatcher = {
    state: (state) => {
      this.#state = state
      this.#audience?.tell({ notice: 'state', params: state })
    },
    recorded: (params) => this.#audience?.tell({ notice: 'recorded', params }),
    partial: (params) => this.#audience?.tell({ notice: 'partial', params }),
    wantsPartial: () => this.#audience?.watched ?? false
  }

  #take(event: RunEvent): void {
    if (event.type === 'runStarted') {
      this.#identity = { runId: event.runId, directory: event.directory }
      this.#begun(this.#identity)
    }
    if (event.type === 'stepFinished') this.#metrics = event.metrics
    if (event.type === 'runFinished' || event.type === 'runFailed') this.#ended = true
    this.#tellEvent(event)
  }

  #tellEvent(event: RunEvent): void {
    this.#lastEvent = event
    this.#audience?.tell({ notice: 'event', params: event })
  }

  #unlessOver(act: () => void): SteerResult {
    if (this.#ended) return over('The run has ended.')
    if (this.#control.stopRequested) return over('The run is stopping already.')
    act()
    return { applied: true }
  }
}

const over = (reason: string): SteerResult => ({ applied: false, reason })

export function asLabError(error: unknown): LabError {
  if (error instanceof LabError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new LabError('engine', 'trainer/internal', `The trainer failed: ${message}`, { remedy: 'Resume the run; if this comes again, report it.', cause: error })
}
