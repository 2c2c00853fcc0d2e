import { LabError } from '../../errors.ts'

/** What the machine could not do: to be tried again, never a verdict on a candidate. */
export function infrastructure(message: string, cause?: unknown): LabError {
  return new LabError('sandbox', 'sandbox/infrastructure', message, { cause, remedy: 'See `lab doctor`; the machine may be short of memory or processes.' })
}

/** For what a pool rejects with: a worker that hung or died is the machine's doing, and the pool's own words are no candidate's business. */
export function asInfrastructure(error: unknown): never {
  if (LabError.is(error, 'sandbox/deadline') || LabError.is(error, 'sandbox/worker-died')) throw infrastructure(error.message, error)
  throw error
}

/** A signal that timed out is the deadline of a batch, which is no fault of the candidate either. */
export function cancelledBy(signal?: AbortSignal): LabError {
  return signal?.reason instanceof DOMException && signal.reason.name === 'TimeoutError'
    ? infrastructure('The deadline of the batch passed.')
    : new LabError('sandbox', 'sandbox/cancelled', 'The execution was cancelled.', { remedy: 'Nothing to do.' })
}
