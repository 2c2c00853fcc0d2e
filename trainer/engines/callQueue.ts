/** Runs asynchronous calls one at a time, in the order they came; a failed call does not hold up the next. */
export class CallQueue {
  #last: Promise<unknown> = Promise.resolve()

  run<T>(call: () => Promise<T> | T): Promise<T> {
    const result = this.#last.then(call)
    this.#last = result.catch(() => undefined)
    return result
  }
}
