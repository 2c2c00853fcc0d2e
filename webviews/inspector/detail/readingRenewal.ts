import type { ReactiveController, ReactiveControllerHost } from 'lit'
import type { Connection } from '../inspectorModel.ts'
import type { DetailReading } from './detailReading.ts'

/** A step that is sampled changes several times a second. */
const PAUSE_MS = 1000

/** Shows what is read. */
export interface RenewalHost extends ReactiveControllerHost {
  /** The update of the step of the rollout that is open may be recorded by now. */
  updateRecorded(): void
}

/** What was opened while its step was sampled is completed as the step goes on; where the reader is stays. */
export class ReadingRenewal implements ReactiveController {
  readonly #host: RenewalHost
  readonly #reading: DetailReading
  readonly #connection: () => Pick<Connection, 'on'>
  #stop: (() => void) | undefined
  #asking: AbortController | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #awaitsUpdate = false

  constructor(host: RenewalHost, reading: DetailReading, connection: () => Pick<Connection, 'on'>) {
    this.#host = host
    this.#reading = reading
    this.#connection = connection
    host.addController(this)
  }

  hostConnected(): void {
    this.#stop = this.#connection().on('changed', ({ run, what }) => {
      if (run === this.#reading.run && what.includes('rollouts')) this.#timer ??= setTimeout(() => void this.#renew(), PAUSE_MS)
    })
  }

  /** A rollout was opened, perhaps before its update. */
  opened(): void {
    this.#awaitsUpdate = true
  }

  hostDisconnected(): void {
    this.#stop?.()
    this.#asking?.abort()
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  async #renew(): Promise<void> {
    this.#timer = undefined
    if (!this.#reading.isUnfinished) return this.#lookForUpdate()
    this.#asking = new AbortController()
    try {
      await this.#reading.renew(this.#asking.signal)
      this.#host.requestUpdate()
    } catch {
      // What is shown is still true as far as it goes; what is wrong is told when it is opened anew.
    }
  }

  /** A step's update is recorded after its rollouts are weighed, and before the first rollout of the next. */
  #lookForUpdate(): void {
    if (!this.#awaitsUpdate) return
    this.#awaitsUpdate = false
    this.#host.updateRecorded()
  }
}
