import type { ReactiveController, ReactiveControllerHost } from 'lit'

/** Narrower pages show the list or the rollout, not both. */
const NARROW = 760

/** Whether the page has no room for the list and what is open beside it. */
export class NarrowPage implements ReactiveController {
  narrow = false
  readonly #host: ReactiveControllerHost & Element
  #resized: ResizeObserver | undefined

  constructor(host: ReactiveControllerHost & Element) {
    this.#host = host
    host.addController(this)
  }

  hostConnected(): void {
    this.#resized = new ResizeObserver(() => this.#measure())
    this.#resized.observe(this.#host)
  }

  hostDisconnected(): void {
    this.#resized?.disconnect()
  }

  #measure(): void {
    const narrow = this.#host.clientWidth < NARROW
    if (narrow === this.narrow) return
    this.narrow = narrow
    this.#host.requestUpdate()
  }
}
