import type { FileOps } from './fileOps.ts'
import { JsonLinesWriter, recoverJsonLines } from './jsonLines.ts'
import type { ReportRecovery } from './recovery.ts'

/** What a line store needs to know of its records. */
export interface LineKind<T extends object> {
  /** The record, or undefined where the value is none. */
  parse(value: unknown): T | undefined
  /** Records of equal key state the same fact; undefined = may be stated again and again. */
  key(record: T): string | undefined
}

/**
 * An append-only JSONL file in which a step that is done again leaves no second line: a record whose key is there already
 * is not written.
 */
export class LineStore<T extends object> {
  readonly #kind: LineKind<T>
  readonly #writer: JsonLinesWriter
  readonly #keys = new Set<string>()

  constructor(place: string, kind: LineKind<T>, ops: FileOps, report: ReportRecovery) {
    this.#kind = kind
    for (const value of recoverJsonLines(place, ops, report).values) {
      const record = kind.parse(value)
      const key = record === undefined ? undefined : kind.key(record)
      if (key !== undefined) this.#keys.add(key)
    }
    this.#writer = new JsonLinesWriter(place, ops)
  }

  /** Whether the record was written; false = it was there already. */
  append(record: T): boolean {
    const key = this.#kind.key(record)
    if (key !== undefined && this.#keys.has(key)) return false
    this.#writer.append(record)
    if (key !== undefined) this.#keys.add(key)
    return true
  }

  sync(): void {
    this.#writer.sync()
  }

  close(): void {
    this.#writer.close()
  }
}
