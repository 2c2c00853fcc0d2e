import { LabError } from '../../errors.ts'

/**
 * A backend keeps its own deadlines; one that does not answer long after them is taken for broken, so that a run never waits for ever.
 * @throws LabError `sandbox/overdue`.
 */
export async function unlessOverdue<T>(seconds: number, outer: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const passOn = (): void => controller.abort()
  outer?.addEventListener('abort', passOn, { once: true })
  if (outer?.aborted) passOn()
  let timer: NodeJS.Timeout | undefined
  const overdue = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(notAnswered(seconds))
      controller.abort()
    }, seconds * 1000)
  })
  try {
    return await Promise.race([work(controller.signal), overdue])
  } finally {
    clearTimeout(timer)
    outer?.removeEventListener('abort', passOn)
  }
}

const notAnswered = (seconds: number): LabError =>
  new LabError('sandbox', 'sandbox/overdue', `The sandbox did not answer within ${seconds} s, long after its own deadline.`, {
    remedy: 'Look at the machine’s load and at `lab doctor`, then resume the run.'
  })
