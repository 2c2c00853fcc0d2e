import { EXIT } from './exitCodes.ts'
import type { Host } from './host.ts'

/** What people asked for by Ctrl-C or by ending the process. */
export interface StopRequests {
  /** Stop once the run can go on from there without work lost. */
  readonly safePoint: AbortSignal
  /** Stop at once; the step under way is done again later. */
  readonly now: AbortSignal
  dispose(): void
}

/** Ctrl-C once asks for the next safe point, twice for now; SIGTERM means now. What comes after that ends the process. */
export function listenForStop(host: Host, notice: (text: string) => void): StopRequests {
  const safePoint = new AbortController()
  const now = new AbortController()
  const stopNow = (): void => {
    if (now.signal.aborted) return host.exit(EXIT.stopped)
    notice('Stopping now; the step under way will be done again when the run goes on.')
    safePoint.abort()
    now.abort()
  }
  const dispose = host.onSignal((signal) => {
    if (signal === 'SIGTERM' || safePoint.signal.aborted) return stopNow()
    notice('Stopping at the next safe point (the end of this step). Ctrl-C again stops now.')
    safePoint.abort()
  })
  return { safePoint: safePoint.signal, now: now.signal, dispose }
}
