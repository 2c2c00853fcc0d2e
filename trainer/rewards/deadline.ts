import { LabError } from '../errors.ts'

/**
 * The result of `task`, or a rejection once `seconds` (undefined = no limit) have passed or `outer` is aborted; the task's own signal is aborted
 * then. A synchronous task cannot be interrupted: what may hang must run in a process of its own.
 */
export async function withDeadline<T>(task: (signal: AbortSignal) => T | Promise<T>, seconds: number | undefined, outer?: AbortSignal): Promise<T> {
  const controller = new AbortController()
  const { signal } = controller
  const timer = seconds === undefined ? undefined : setTimeout(() => controller.abort(tooLate(seconds)), seconds * 1000)
  const cancel = (): void => controller.abort(cancelled())
  outer?.addEventListener('abort', cancel, { once: true })
  if (outer?.aborted) cancel()
  try {
    return await new Promise<T>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      signal.throwIfAborted()
      Promise.resolve(task(signal)).then(resolve, reject)
    })
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
