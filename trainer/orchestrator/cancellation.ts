import { setMaxListeners } from 'node:events'

/** How people stop a run; both ways leave a run that resumes. */
export interface RunControl {
  /** At the end of the step, with a checkpoint. */
  stop(): void
  /** At once: sampling is aborted, the step is done again on resume. */
  stopNow(): void
  readonly stopRequested: boolean
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
  let stopRequested = false
  return {
    stop: () => void (stopRequested = true),
    stopNow: () => {
      stopRequested = true
      controller.abort()
    },
    get stopRequested() {
      return stopRequested
    },
    signal: controller.signal
  }
}

/** @throws RunStopped once `stopNow` was called. */
export function throwIfStoppedNow(control: RunControl): void {
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
