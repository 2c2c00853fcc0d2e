/** A process, or a container, that was started ahead and serves candidates one at a time. */
export interface PoolWorker {
  /** Resolves when it has ended, however that came about; never rejects. */
  readonly ended: Promise<unknown>
  /** Whether it may serve another candidate; asked after each. One that may not is killed and replaced. */
  readonly reusable: boolean
  /** Kills it with everything that it started. Resolves when nothing of it is left; may be called again. */
  kill(): Promise<unknown>
}
