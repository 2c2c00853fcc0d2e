import { setMaxListeners } from 'node:events'

/** How people stop a run, which leaves a run that resumes, or hold it for a while. */
export interface RunControl {
  /** At the end of the step, with a checkpoint. */
  stop(): void
  /** At once: sampling is aborted, the step is done again on resume. */
  stopNow(): void
  /** Waits at the end of the step, with the engine and its weights kept. */
  pause(): void
  continue(): void
  readonly stopRequested: boolean
  readonly pauseRequested: boolean
  /** Resolves once the pause is over: continued or stopped. At once where there is none. */
  pauseOver(): Promise<void>
  readonly signal: AbortSignal
}

/** Unwinds a run that was told to stop; not a failure. */
export class RunStopped extends Error {
  constructor() {
    super('the run was stopped')
    this.name = 'RunStopped'
  }
}

export function createRunControl(): RunControl {
  const controller = new AbortController()
  // Every reward of a batch listens to the same signal.
  setMaxListeners(0, controller.signal)
  const pause = createPause()
  let stopRequested = false
  const stop = (): void => {
    stopRequested = true
    pause.end()
  }
  return {
    stop,
    stopNow: () => {
      controller.abort()
      stop()
    },
    pause: () => {
      if (!stopRequested) pause.begin()
    },
    continue: () => pause.end(),
    get stopRequested() {
      return stopRequested
    },
    get pauseRequested() {
      return pause.requested
    },
    pauseOver: () => pause.over(),
    signal: controller.signal
  }
}

function createPause(): { readonly requested: boolean; begin(): void; end(): void; over(): Promise<void> } {
  let requested = false
  let waiting: (() => void)[] = []
  return {
    get requested() {
      return requested
    },
    begin: () => void (requested = true),
    end: () => {
      requested = false
      for (const goOn of waiting) goOn()
      waiting = []
    },
    over: () => (requested ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve())
  }
}

/** A signal that also ends by itself, for work that has no use any more. `release` once the work is done. */
export function linkedAbort(outer: AbortSignal): { readonly signal: AbortSignal; abort(): void; release(): void } {
  const controller = new AbortController()
  setMaxListeners(0, controller.signal)
  const abort = (): void => controller.abort()
  outer.addEventListener('abort', abort, { once: true })
  if (outer.aborted) abort()
  return { signal: controller.signal, abort, release: () => outer.removeEventListener('abort', abort) }
}

/** @throws RunStopped once `stopNow` was called. */
export function throwIfStoppedNow(control: Pick<RunControl, 'signal'>): void {
  if (control.signal.aborted) throw new RunStopped()
}

/** Calls `close` where the engine does not obey the abort within the grace time; the returned function calls it off. */
export function closeUnlessObeyed(control: RunControl, graceSeconds: number, close: () => void): () => void {
  let timer: NodeJS.Timeout | undefined
  const arm = (): void => {
    timer = setTimeout(close, graceSeconds * 1000)
  }
  if (control.signal.aborted) arm()
  else control.signal.addEventListener('abort', arm, { once: true })
  return () => {
    control.signal.removeEventListener('abort', arm)
    clearTimeout(timer)
  }
}
