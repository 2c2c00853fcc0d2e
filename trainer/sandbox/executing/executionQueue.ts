import { LabError } from '../../errors.ts'

/** Places for executions at a time; whoever finds none waits in order, and leaves the queue when it is cancelled. */
export interface ExecutionQueue {
  /** Resolves to the seconds waited, or rejects with `sandbox/cancelled`. Whoever took a place gives it back. */
  take(signal?: AbortSignal): Promise<number>
  giveBack(): void
  /** Wall seconds in which at least one place was taken. */
  busySeconds(): number
}

export function createExecutionQueue(places: number, seconds: () => number): ExecutionQueue {
  const waiting = new Set<() => void>()
  const busy = busyTime(seconds)
  let free = places
  const enter = (): void => {
    free -= 1
    if (free === places - 1) busy.start()
  }
  return {
    take: (signal) => {
      const from = seconds()
      if (signal?.aborted) return Promise.reject(cancelled())
      if (free > 0) {
        enter()
        return Promise.resolve(0)
      }
      return new Promise((resolve, reject) => {
        const leave = (): void => {
          waiting.delete(admit)
          reject(cancelled())
        }
        const admit = (): void => {
          waiting.delete(admit)
          signal?.removeEventListener('abort', leave)
          enter()
          resolve(Math.max(0, seconds() - from))
        }
        waiting.add(admit)
        signal?.addEventListener('abort', leave, { once: true })
      })
    },
    giveBack: () => {
      free += 1
      const [next] = waiting
      if (next) next()
      else if (free === places) busy.stop()
    },
    busySeconds: busy.seconds
  }
}

function busyTime(seconds: () => number): { start(): void; stop(): void; seconds(): number } {
  let total = 0
  let since: number | undefined
  const sofar = (): number => total + (since === undefined ? 0 : Math.max(0, seconds() - since))
  return {
    start: () => void (since ??= seconds()),
    stop: () => {
      total = sofar()
      since = undefined
    },
    seconds: sofar
  }
}

export const cancelled = (): LabError => new LabError('sandbox', 'sandbox/cancelled', 'The execution was cancelled.', {
  remedy: 'Resume the run: it is executed then.'
})
