import { LabError } from '../../errors.ts'
import { cancelled } from './executionQueue.ts'

/** What came of a task that the machine may fail at. */
export type Tried<T> = ({ readonly value: T } | { readonly failure: string }) & { readonly retries: number }

export interface Tries {
  /** Tries after the first. */
  readonly retries: number
  /** Before the first of them; doubled for each further one. */
  readonly pauseSeconds: number
  readonly signal: AbortSignal | undefined
}

/**
 * The machine's failures are tried again, and told where they stay. What a backend cannot do at all is not tried again.
 * @throws LabError `sandbox/cancelled`, and nothing else.
 */
export async function withRetries<T>(work: () => Promise<T>, { retries, pauseSeconds, signal }: Tries): Promise<Tried<T>> {
  for (let retry = 0; ; retry++) {
    try {
      return { value: await work(), retries: retry }
    } catch (error) {
      if (signal?.aborted) throw cancelled()
      if (retry >= retries || !mayMend(error)) return { failure: messageOf(error), retries: retry }
      await pause(pauseSeconds * 2 ** retry, signal)
    }
  }
}

const mayMend = (error: unknown): boolean => !LabError.is(error, 'sandbox/unsupported') && !LabError.is(error, 'sandbox/overdue')
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

function pause(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      clearTimeout(timer)
      reject(cancelled())
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', leave)
      resolve()
    }, seconds * 1000)
    signal?.addEventListener('abort', leave, { once: true })
  })
}
