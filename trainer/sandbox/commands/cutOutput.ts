import type { Readable } from 'node:stream'

/** Output of a program on several descriptors, kept up to a number of bytes together; what comes after is read and dropped. */
export class CutOutput {
  readonly #pieces = new Map<number, Buffer[]>()
  readonly #onOver: () => void
  #left: number

  constructor(most: number, onOver: () => void) {
    this.#left = most
    this.#onOver = onOver
  }

  get cut(): boolean {
    return this.#left < 0
  }

  read(descriptor: number, stream: Readable): void {
    const pieces: Buffer[] = []
    this.#pieces.set(descriptor, pieces)
    stream.on('data', (piece: Buffer) => this.#take(pieces, piece))
  }

  text(descriptor: number): string {
    return Buffer.concat(this.#pieces.get(descriptor) ?? []).toString('utf8')
  }

  #take(pieces: Buffer[], piece: Buffer): void {
    if (this.#left > 0) pieces.push(piece.subarray(0, this.#left))
    this.#left -= piece.length
    if (this.cut) this.#onOver()
  }
}
