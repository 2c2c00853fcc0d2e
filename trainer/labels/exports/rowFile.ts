import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { onDisk } from '../../stores/diskGuard.ts'
import { diskFileOps, writeAll } from '../../stores/fileOps.ts'
import { openNew } from '../../stores/plainFiles.ts'

const BUFFERED = 1024 * 1024

/** A new file of lines with its hash. Nothing is made before the first line. */
export class RowFile {
  readonly place: string
  rows = 0
  #file: number | undefined
  #pending: Buffer[] = []
  #length = 0
  readonly #hash = createHash('sha256')

  constructor(place: string) {
    this.place = place
  }

  add(line: Buffer): void {
    this.rows++
    this.#pending.push(line)
    this.#length += line.length
    if (this.#length >= BUFFERED) this.#flush()
  }

  /** SHA-256 (hex) of the whole file; undefined where there were no rows. */
  finish(): string | undefined {
    if (this.rows === 0) return undefined
    this.#flush()
    onDisk(this.place, () => diskFileOps.sync(this.#file!))
    this.abandon()
    return this.#hash.digest('hex')
  }

  /** Closes the file as it is. */
  abandon(): void {
    if (this.#file !== undefined) fs.closeSync(this.#file)
    this.#file = undefined
  }

  #flush(): void {
    const bytes = Buffer.concat(this.#pending)
    this.#file ??= openNew(diskFileOps, this.place)
    onDisk(this.place, () => writeAll(diskFileOps, this.#file!, bytes))
    this.#hash.update(bytes)
    this.#pending = []
    this.#length = 0
  }
}
