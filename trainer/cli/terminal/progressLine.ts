import type { Output } from '../host.ts'
import { truncate } from './width.ts'

/**
 * One line at the foot of a terminal that is redrawn in place, with finished lines above it. Where the output is no
 * terminal, only `print` writes.
 */
export class ProgressLine {
  readonly #output: Output
  #shown = ''

  constructor(output: Output) {
    this.#output = output
  }

  get redraws(): boolean {
    return this.#output.isTTY === true
  }

  /** Replaces the line at the foot. */
  show(text: string): void {
    if (!this.redraws) return
    // The last column stays free: some terminals wrap as soon as it is written.
    this.#shown = truncate(text, (this.#output.columns || 80) - 1)
    this.#output.write(`\r\u001b[2K${this.#shown}`)
  }

  /** Writes a line that stays, above the line at the foot. */
  print(text: string): void {
    if (this.#shown === '') this.#output.write(`${text}\n`)
    else this.#output.write(`\r\u001b[2K${text}\n${this.#shown}`)
  }

  /** Ends the line at the foot, leaving what it last said. */
  end(): void {
    if (this.#shown !== '') this.#output.write('\n')
    this.#shown = ''
  }
}
