/** Source that runs inside the interpreter: standard input as programs read it, whole, by events, by line and by question. */
export const STANDARD_INPUT = String.raw`
let input = ''
let inputRead = 0
const takeInput = () => {
  const text = input.slice(inputRead)
  inputRead = input.length
  return text
}
function takeLine() {
  if (inputRead >= input.length) return null
  const end = input.indexOf('\n', inputRead)
  const line = input.slice(inputRead, end < 0 ? input.length : end)
  inputRead = end < 0 ? input.length : end + 1
  return line.endsWith('\r') ? line.slice(0, -1) : line
}

class EventEmitter {
  #listeners = new Map()
  on(name, listener) {
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener])
    return this
  }
  addListener(name, listener) { return this.on(name, listener) }
  once(name, listener) {
    const once = (...args) => {
      this.off(name, once)
      listener.apply(this, args)
    }
    return this.on(name, once)
  }
  off(name, listener) {
    this.#listeners.set(name, (this.#listeners.get(name) ?? []).filter((other) => other !== listener))
    return this
  }
  removeListener(name, listener) { return this.off(name, listener) }
  removeAllListeners(name) {
    this.#listeners.delete(name)
    return this
  }
  listenerCount(name) { return (this.#listeners.get(name) ?? []).length }
  emit(name, ...args) {
    const listeners = this.#listeners.get(name) ?? []
    for (const listener of listeners) listener.apply(this, args)
    return listeners.length > 0
  }
}

class StandardInput extends EventEmitter {
  fd = 0
  isTTY = false
  #flowing = false
  setEncoding() { return this }
  resume() { return this.#flow() }
  pause() { return this }
  unref() { return this }
  pipe(target) { return this.on('data', (text) => target.write(text)) }
  read() { return takeInput() || null }
  on(name, listener) {
    super.on(name, listener)
    return name === 'data' || name === 'end' || name === 'readable' || name === 'close' ? this.#flow() : this
  }
  #flow() {
    if (!this.#flowing) setTimeout(() => this.#deliver())
    this.#flowing = true
    return this
  }
  #deliver() {
    if (this.listenerCount('readable') > 0) this.emit('readable')
    const text = this.listenerCount('data') > 0 ? takeInput() : ''
    if (text !== '') this.emit('data', text)
    if (this.listenerCount('readable') > 0) this.emit('readable')
    this.emit('end')
    this.emit('close')
  }
  async *[Symbol.asyncIterator]() {
    const text = takeInput()
    if (text !== '') yield text
  }
}

class LineReader extends EventEmitter {
  #closed = false
  #flowing = false
  on(name, listener) {
    super.on(name, listener)
    if (name === 'line') this.#flow()
    return this
  }
  #flow() {
    if (!this.#flowing) setTimeout(() => this.#next())
    this.#flowing = true
  }
  #next() {
    if (this.#closed) return
    const line = takeLine()
    if (line === null) return this.close()
    this.emit('line', line)
    setTimeout(() => this.#next())
  }
  close() {
    if (this.#closed) return
    this.#closed = true
    this.emit('close')
  }
  question(text, options, answer = options) {
    write('out', String(text))
    setTimeout(() => {
      const line = takeLine()
      if (line === null) this.close()
      else answer(line)
    })
  }
  setPrompt() {}
  prompt() {}
  pause() { return this }
  resume() { return this }
  write() {}
  async *[Symbol.asyncIterator]() {
    for (let line = takeLine(); line !== null; line = takeLine()) yield line
    this.close()
  }
}

class PromisingLineReader extends LineReader {
  question(text) { return new Promise((resolve) => super.question(text, resolve)) }
}
`
