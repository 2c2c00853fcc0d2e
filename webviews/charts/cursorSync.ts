/** The step under the cursor, shared by all charts of a page; null = none. */
export class CursorSync {
  #step: number | null = null
  readonly #listeners = new Set<(step: number | null) => void>()

  get step(): number | null {
    return this.#step
  }

  set(step: number | null): void {
    if (step === this.#step) return
    this.#step = step
    for (const listener of this.#listeners) listener(step)
  }

  /** Calls back with every change until the returned function is called. */
  listen(listener: (step: number | null) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}
