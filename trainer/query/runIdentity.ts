import path from 'node:path'
import { RUN_FILES } from '../stores/runLayout.ts'
import type { SignedShard } from './rolloutFiles.ts'
import { signatureOf } from './runSignature.ts'

/** What the rows of a run were read from: names and numbers of files come again when a run is removed and another made at its path. */
export class RunIdentity {
  readonly #record: string
  #recordSignature: string
  readonly #shards = new Map<number, string>()

  constructor(directory: string) {
    this.#record = path.join(directory, RUN_FILES.run)
    this.#recordSignature = signatureOf(this.#record)
  }

  /** The run is gone, being removed or being put back. */
  get absent(): boolean {
    return signatureOf(this.#record) === ''
  }

  /** Another run lies at the path. */
  get replaced(): boolean {
    return !this.absent && signatureOf(this.#record) !== this.#recordSignature
  }

  /** Numbers of the shards that were read and are not among these, and of those that are others now. */
  changed(shards: readonly SignedShard[]): { readonly missing: readonly number[]; readonly other: readonly number[] } {
    const now = new Map(shards.map(({ number, signature }) => [number, signature]))
    const known = [...this.#shards]
    return {
      missing: known.flatMap(([number]) => (now.has(number) ? [] : [number])),
      other: known.flatMap(([number, signature]) => (now.has(number) && now.get(number) !== signature ? [number] : []))
    }
  }

  know({ number, signature }: SignedShard): void {
    this.#shards.set(number, signature)
  }

  lose(number: number): void {
    this.#shards.delete(number)
  }

  /** What lies there now is the run. */
  forget(): void {
    this.#recordSignature = signatureOf(this.#record)
    this.#shards.clear()
  }
}
