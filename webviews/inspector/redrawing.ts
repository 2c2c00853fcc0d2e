import type { ReactiveController, ReactiveControllerHost } from 'lit'

/** Texts that are being sampled grow old between the notices of them. */
const LIVE_TICK_MS = 1000
const FOLLOW_PAUSE_MS = 150

/** Many notices, one drawing: of a list that follows some a second, since its notice, its rows and their labels come one by one. */
export class Redrawing implements ReactiveController {
  /** Raised with each drawing. */
  version = 0
  readonly #host: ReactiveControllerHost
  readonly #follows: () => boolean
  #ticking: ReturnType<typeof setInterval> | undefined
  #drawing = false

  /** @param follows whether the list follows now */
  constructor(host: ReactiveControllerHost, follows: () => boolean) {
    this.#host = host
    this.#follows = follows
    host.addController(this)
  }

  hostConnected(): void {
    this.#ticking = setInterval(() => this.#follows() && this.soon(), LIVE_TICK_MS)
  }

  hostDisconnected(): void {
    clearInterval(this.#ticking)
  }

  soon(): void {
    if (this.#drawing) return
    this.#drawing = true
    const draw = (): void => {
      this.#drawing = false
      this.version++
      this.#host.requestUpdate()
    }
    if (this.#follows()) setTimeout(draw, FOLLOW_PAUSE_MS)
    else requestAnimationFrame(draw)
  }
}
