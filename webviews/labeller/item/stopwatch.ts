/** Longest time between two signs of life that still counts as work; more is a pause. */
export const PAUSE_SECONDS = 60

/** Seconds at an item, pauses left out: whoever reads gives a sign of life with every key and move. */
export class Stopwatch {
  readonly #now: () => number
  #seconds = 0
  #last = 0

  /** @param now milliseconds, never going back. */
  constructor(now: () => number) {
    this.#now = now
    this.restart()
  }

  restart(): void {
    this.#seconds = 0
    this.#last = this.#now()
  }

  /** A sign of life. */
  tick(): void {
    const now = this.#now()
    const passed = (now - this.#last) / 1000
    if (passed <= PAUSE_SECONDS) this.#seconds += passed
    this.#last = now
  }

  get seconds(): number {
    this.tick()
    return Math.round(this.#seconds * 10) / 10
  }
}
