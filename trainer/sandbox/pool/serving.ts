import { LabError } from '../../errors.ts'
import { cancelledBy } from './failures.ts'
import type { PoolWorker } from './worker.ts'

/** One candidate at one worker: what may end it besides its own answer. */
export class Serving<W extends PoolWorker> {
  readonly refuse: (error: LabError) => void
  readonly #refused: Promise<never>
  readonly #worker: W
  readonly #limits: { readonly seconds: number; readonly signal?: AbortSignal | undefined }
  #intact = false

  constructor(worker: W, limits: { readonly seconds: number; readonly signal?: AbortSignal | undefined }) {
    this.#worker = worker
    this.#limits = limits
    let refuse: (error: LabError) => void = () => undefined
    this.#refused = new Promise((_, reject) => { refuse = reject })
    this.refuse = refuse
  }

  /** Whether the work came to its own end, so that the worker is not in the middle of anything. */
  get intact(): boolean {
    return this.#intact
  }

  async race<T>(work: (worker: W) => Promise<T>): Promise<T> {
    const { seconds, signal } = this.#limits
    const timer = setTimeout(() => this.refuse(deadline(seconds)), seconds * 1000)
    const onAbort = (): void => this.refuse(cancelledBy(signal))
    signal?.addEventListener('abort', onAbort)
    try {
      const value = await Promise.race([work(this.#worker), this.#refused])
      this.#intact = true
      return value
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
  }
}

function deadline(seconds: number): LabError {
  return new LabError('sandbox', 'sandbox/deadline', `The worker did not answer within ${seconds} s and was killed.`, {
    remedy: 'Nothing to do: it is replaced.'
  })
}

export function workerDied(): LabError {
  return new LabError('sandbox', 'sandbox/worker-died', 'The worker ended while it served a candidate.', { remedy: 'Nothing to do: it is replaced.' })
}
