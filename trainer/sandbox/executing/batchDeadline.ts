import { setMaxListeners } from 'node:events'

/** Executions that wait or go on at the same time are a batch, such as those of a step; it has a time in all. */
export interface BatchDeadline {
  /** Aborted when the batch's time is over; undefined where it has none. Whoever enters leaves. */
  enter(): AbortSignal | undefined
  leave(): void
}

/** @param seconds from the first execution of a batch; 0 = without end. */
export function createBatchDeadline(seconds: number): BatchDeadline {
  let inside = 0
  let batch: { readonly signal: AbortSignal; readonly timer: NodeJS.Timeout } | undefined
  return {
    enter: () => {
      inside += 1
      if (seconds > 0) batch ??= begin(seconds)
      return batch?.signal
    },
    leave: () => {
      inside -= 1
      if (inside > 0) return
      clearTimeout(batch?.timer)
      batch = undefined
    }
  }
}

function begin(seconds: number): { readonly signal: AbortSignal; readonly timer: NodeJS.Timeout } {
  const controller = new AbortController()
  // Every execution of a batch listens to it.
  setMaxListeners(0, controller.signal)
  return { signal: controller.signal, timer: setTimeout(() => controller.abort(), seconds * 1000) }
}
