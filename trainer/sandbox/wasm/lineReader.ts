/** Lines out of chunks of bytes, in UTF-8. */
export class LineReader {
  readonly #most: number
  readonly #onLine: (line: string) => void
  readonly #onTooLong: () => void
  #parts: Buffer[] = []
  #bytes = 0

  constructor(most: number, onLine: (line: string) => void, onTooLong: () => void) {
    this.#most = most
    this.#onLine = onLine
    this.#onTooLong = onTooLong
  }

  take(chunk: Buffer): void {
    let from = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      const line = Buffer.concat([...this.#parts, chunk.subarray(from, end)]).toString('utf8')
      this.#parts = []
      this.#bytes = 0
      from = end + 1
      this.#onLine(line)
    }
    if (from === chunk.length) return
    this.#parts.push(chunk.subarray(from))
    this.#bytes += chunk.length - from
    if (this.#bytes > this.#most) this.#onTooLong()
  }
}

const NEWLINE = 10
