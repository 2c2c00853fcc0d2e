import { LabHostError } from './labHostError.ts'

/** What a start ends with that people cancelled, in this window or by taking it out of the queue in another one. */
export const CANCELLED = 'cancelled'

export const isCancelledStart = (error: unknown): boolean => error instanceof LabHostError && error.code === CANCELLED

const cancelledStart = (): LabHostError => new LabHostError(CANCELLED, 'The start was cancelled.', 'Start it again where that was not meant.')

/** The work, unless it is cancelled before it is done. @throws LabHostError `cancelled` @param whenCancelled ends what the work has begun */
export async function orCancelled<T>(work: Promise<T>, signal: AbortSignal | undefined, whenCancelled: () => void = () => undefined): Promise<T> {
  if (!signal) return work
  let cancel: (() => void) | undefined
  const cancelled = new Promise<never>((_, reject) => {
    cancel = () => {
      whenCancelled()
      reject(cancelledStart())
    }
    if (signal.aborted) cancel()
    else signal.addEventListener('abort', cancel, { once: true })
  })
  try {
    return await Promise.race([cancelled, work])
  } finally {
    signal.removeEventListener('abort', cancel!)
    // What comes of it after it was cancelled is no news.
    work.catch(() => undefined)
  }
}
