/** Items leave by priority, the smallest number first; equals leave as they came. */
export class Queue {
  #items = []
  #came = 0

  get size() {
    return this.#items.length
  }

  push(item, priority = 0) {
    this.#items.push({ item, priority, came: this.#came++ })
    this.#items.sort((a, b) => a.priority - b.priority || a.came - b.came)
    return this
  }

  pop() {
    return this.#items.shift()?.item
  }
}
