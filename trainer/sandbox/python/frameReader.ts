const HEADER = 4

/** A payload behind its length, four bytes, little-endian. */
export function frame(payload: string): Buffer {
  const bytes = Buffer.from(payload)
  const header = Buffer.alloc(HEADER)
  header.writeUInt32LE(bytes.length)
  return Buffer.concat([header, bytes])
}

/** Takes bytes as they come and gives whole payloads. */
export class FrameReader {
  readonly #most: number
  readonly #hear: (payload: string) => void
  readonly #refuse: () => void
  #pieces: Buffer[] = []
  #length = 0

  /** @param most bytes of a payload; a longer one is refused and ends the reading. */
  constructor(most: number, hear: (payload: string) => void, refuse: () => void) {
    this.#most = most
    this.#hear = hear
    this.#refuse = refuse
  }

  take(bytes: Buffer): void {
    this.#pieces.push(bytes)
    this.#length += bytes.length
    for (;;) {
      const wanted = this.#wanted()
      if (wanted === undefined || this.#length < wanted) return
      const whole = Buffer.concat(this.#pieces)
      this.#pieces = [whole.subarray(wanted)]
      this.#length -= wanted
      this.#hear(whole.toString('utf8', HEADER, wanted))
    }
  }

  /** Bytes of the first frame with its header, once the header is there. */
  #wanted(): number | undefined {
    if (this.#length < HEADER) return undefined
    if (this.#pieces[0]!.length < HEADER) this.#pieces = [Buffer.concat(this.#pieces)]
    const length = this.#pieces[0]!.readUInt32LE(0)
    if (length <= this.#most) return HEADER + length
    this.#pieces = []
    this.#length = 0
    this.#refuse()
    return undefined
  }
}
