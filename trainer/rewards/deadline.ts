import { LabError } from '../errors.ts'

/**
 * The result of `task`, or a rejection once `seconds` have passed or `outer` is aborted; the task's own signal is aborted
 * then. A synchronous task cannot be interrupted: what may hang must run in a process of its own.
 */
export async function withDeadline<T>(task: (signal: AbortSignal) => T | Promise<T>, seconds: number, outer?: AbortSignal): Promise<T> {
  const controller = new AbortController()
  const stopped = Promise.withResolvers<never>()
  const stop = (error: LabError): void => {
    stopped.reject(error)
    controller.abort(error)
  }
  const timer = setTimeout(() => stop(tooLate(seconds)), seconds * 1000)
  const cancel = (): void => stop(cancelled())
  outer?.addEventListener('abort', cancel, { once: true })
  if (outer?.aborted) cancel()
  try {
    return await Promise.race([stopped.promise, Promise.resolve(task(controller.signal))])
  } finally {
    clearTimeout(timer)
    outer?.removeEventListener('abort', cancel)
  }
}

function tooLate(seconds: number): LabError {
  return new LabError('reward', 'reward/deadline', `took longer than ${seconds} s`, {
    remedy: 'Make the reward faster or raise rewardDeadlineSeconds.'
  })
}

function cancelled(): LabError {
  return new LabError('reward', 'reward/cancelled', 'cancelled', { remedy: 'Resume the run to score the rollout.' })
}
