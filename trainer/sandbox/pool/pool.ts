import type { LabError } from '../../errors.ts'
import { cancelledBy, infrastructure } from './failures.ts'
import { Serving, workerDied } from './serving.ts'
import type { PoolWorker } from './worker.ts'

export interface PoolOptions<W extends PoolWorker> {
  /** Workers kept alive once the pool is first used. */
  readonly size: number
  /** Starts one and waits until it can serve. */
  readonly start: () => Promise<W>
  /** Candidates that may wait; one more is refused, so that nothing piles up without bounds. */
  readonly queueLimit: number
}

export interface UseOptions {
  /** From the hand-over to the worker, which is killed when they are over. */
  readonly seconds: number
  /** Ends waiting and serving. One that timed out (`AbortSignal.timeout`) is the deadline of a batch, any other a cancellation. */
  readonly signal?: AbortSignal | undefined
}

export interface Served<T> {
  readonly value: T
  /** Seconds between the call and the hand-over to a worker. */
  readonly queueSeconds: number
}

export interface Pool<W extends PoolWorker> {
  /**
   * Hands a free worker to `work`, first come, first served. One that is no longer reusable, hangs, dies or fails is replaced
   * while the others go on.
   * @throws LabError `sandbox/deadline` (its seconds are over), `sandbox/worker-died` (it ended before `work` did),
   *   `sandbox/cancelled`, `sandbox/infrastructure` (queue full, no worker could be started, batch deadline); else what `work` throws.
   */
  use<T>(work: (worker: W) => Promise<T>, options: UseOptions): Promise<Served<T>>
  /** Kills all workers; who waits or is served is refused with `sandbox/cancelled`. */
  close(): Promise<void>
}

export function createPool<W extends PoolWorker>(options: PoolOptions<W>): Pool<W> {
  return new WarmPool(options)
}

/** Starts in a row that may fail before those who wait are told. */
const MOST_FAILED_STARTS = 3
const PAUSE_MS = 100

interface Waiting<W> {
  readonly serve: (worker: W) => void
  readonly refuse: (error: LabError) => void
}

class WarmPool<W extends PoolWorker> implements Pool<W> {
  readonly #options: PoolOptions<W>
  readonly #free: W[] = []
  readonly #alive = new Set<W>()
  readonly #waiting = new Set<Waiting<W>>()
  readonly #servings = new Map<W, Serving<W>>()
  /** Kills under way: closing waits for them, so that nothing is left. */
  readonly #kills = new Set<Promise<unknown>>()
  #starting = 0
  #failedStarts = 0
  #closed = false

  constructor(options: PoolOptions<W>) {
    this.#options = options
  }

  async use<T>(work: (worker: W) => Promise<T>, { seconds, signal }: UseOptions): Promise<Served<T>> {
    const asked = performance.now()
    const worker = await this.#freeWorker(signal)
    const queueSeconds = (performance.now() - asked) / 1000
    const serving = new Serving(worker, { seconds, signal })
    this.#servings.set(worker, serving)
    try {
      return { value: await serving.race(work), queueSeconds }
    } finally {
      this.#servings.delete(worker)
      if (serving.intact && worker.reusable) this.#release(worker)
      else this.#retire(worker)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const { refuse } of [...this.#waiting, ...this.#servings.values()]) refuse(cancelledBy())
    for (const worker of [...this.#alive]) this.#retire(worker)
    while (this.#kills.size > 0 || this.#starting > 0) await Promise.race([...this.#kills, pause(10)])
  }

  async #freeWorker(signal: AbortSignal | undefined): Promise<W> {
    if (this.#closed || signal?.aborted) throw cancelledBy(signal)
    this.#fill()
    const free = this.#free.shift()
    if (free) return free
    const { queueLimit } = this.#options
    if (this.#waiting.size >= queueLimit) throw infrastructure(`${queueLimit} candidates are waiting already.`)
    return await this.#wait(signal)
  }

  #wait(signal: AbortSignal | undefined): Promise<W> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => waiting.refuse(cancelledBy(signal))
      const leave = (): void => {
        this.#waiting.delete(waiting)
        signal?.removeEventListener('abort', onAbort)
      }
      const waiting: Waiting<W> = {
        serve: (worker) => { leave(); resolve(worker) },
        refuse: (error) => { leave(); reject(error) }
      }
      signal?.addEventListener('abort', onAbort)
      this.#waiting.add(waiting)
    })
  }

  /** Starts what is missing to the pool's size. */
  #fill(): void {
    while (!this.#closed && this.#alive.size + this.#starting < this.#options.size) void this.#startOne()
  }

  async #startOne(): Promise<void> {
    this.#starting++
    try {
      this.#admit(await this.#options.start())
      this.#failedStarts = 0
    } catch (error) {
      await this.#startFailed(error)
    } finally {
      this.#starting--
    }
    if (this.#waiting.size > 0) this.#fill()
  }

  #admit(worker: W): void {
    this.#alive.add(worker)
    if (this.#closed) return this.#retire(worker)
    void worker.ended.then(() => this.#bury(worker))
    this.#release(worker)
  }

  async #startFailed(error: unknown): Promise<void> {
    this.#failedStarts++
    if (this.#failedStarts < MOST_FAILED_STARTS) return pause(PAUSE_MS)
    this.#failedStarts = 0
    const refusal = infrastructure(`No worker could be started: ${(error as Error).message}`, error)
    for (const { refuse } of [...this.#waiting]) refuse(refusal)
  }

  /** What the work says of the death of its worker comes first, where it says anything. */
  #bury(worker: W): void {
    this.#retire(worker)
    const serving = this.#servings.get(worker)
    if (serving) setImmediate(() => serving.refuse(workerDied()))
  }

  #release(worker: W): void {
    if (!this.#alive.has(worker)) return
    const [first] = this.#waiting
    if (first) first.serve(worker)
    else this.#free.push(worker)
  }

  #retire(worker: W): void {
    if (!this.#alive.delete(worker)) return
    const place = this.#free.indexOf(worker)
    if (place >= 0) this.#free.splice(place, 1)
    const kill: Promise<unknown> = worker.kill().finally(() => this.#kills.delete(kill))
    this.#kills.add(kill)
    this.#fill()
  }
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))
