/** Work done one after the other, in the order in which it was asked for. */
export class Serial {
  readonly #onError: (error: unknown) => void
  #last: Promise<void> = Promise.resolve()
  #waiting = 0

  /** @param onError what to do with the failure of one; the others go on. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
  }

  get busy(): boolean {
    return this.#waiting > 0
  }

  run(work: () => Promise<void> | void): Promise<void> {
    this.#waiting++
    const done = this.#last.then(work).catch(this.#onError).finally(() => this.#waiting--)
    this.#last = done
    return done
  }
}
