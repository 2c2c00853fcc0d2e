import type { RolloutBatch } from '../stores/runLayout.ts'
import { samePart } from '../stores/partNames.ts'
import { MAX_INDEXED_PARTS } from '../stores/rolloutColumns.ts'
import type { Shard } from '../stores/shardReader.ts'
import type { QueryDatabase } from './database.ts'
import { addPart, createTable, NameCodes, rowOfIndex, selectIndexes, selectRows, tableTypes, tableValues } from './runTable.ts'
import type { IndexFile, TableRow } from './runTable.ts'

/** Where rollouts of the table lie; a row's `file` is a place in the run's list of these. */
export type RolloutFile =
  | { readonly kind: 'shard'; readonly shard: Shard }
  | { readonly kind: 'lines'; readonly path: string; readonly batch: RolloutBatch }

/** Rows of all runs share one sequence of numbers. */
export interface RowNumbers {
  next: number
}

/** The rows of a run in the database, with the names, files and reward parts that numbers and columns of them stand for. */
export class RunRows {
  readonly number: number
  readonly table: string
  readonly files: RolloutFile[] = []
  readonly parts: string[] = []
  readonly names = new NameCodes()
  readonly numbers: RowNumbers
  /** Grows with every change of the table. */
  version = 0
  /** How often rows went, since what they were read from did: those taken before may be no longer. */
  lives = 0
  readonly #db: QueryDatabase

  constructor(number: number, db: QueryDatabase, numbers: RowNumbers) {
    this.number = number
    this.table = `run${number}`
    this.numbers = numbers
    this.#db = db
  }

  create(): Promise<void> {
    return this.#db.change([createTable(this.table)])
  }

  drop(): Promise<void> {
    return this.#db.change([`DROP TABLE ${this.table}`])
  }

  async startAnew(): Promise<void> {
    await this.#db.change([`DROP TABLE ${this.table}`, createTable(this.table)])
    for (const list of [this.files, this.parts]) list.splice(0)
    this.lives++
    this.version++
  }

  /** The table as the columns of a row, with a column for each of these reward parts. */
  selection(parts: readonly string[]): string {
    return selectRows(this.table, this.number, this.names, this.parts, parts)
  }

  /** Names of the environments that its rollouts are of. */
  async environments(signal: AbortSignal | undefined): Promise<string[]> {
    const codes = await this.#db.integers(`SELECT DISTINCT CAST(environment AS INTEGER) FROM ${this.table}`, { signal })
    return [...codes].map((code) => this.names.names[code] ?? '').filter((name) => name !== '')
  }

  fileNumber(file: RolloutFile): number {
    return this.files.push(file) - 1
  }

  /** Adds rows after these statements, as one. */
  async write(rows: readonly TableRow[], before: readonly string[] = []): Promise<void> {
    if (rows.length === 0 && before.length === 0) return
    await this.addParts(new Set(rows.flatMap(({ rollout }) => rollout.parts.map(({ name }) => name))))
    const values = rows.map((row) => tableValues(row, this.names, this.parts))
    await this.#db.change(before, { table: this.table, types: tableTypes(this.parts), rows: values })
    this.version++
  }

  async addParts(names: Iterable<string>): Promise<void> {
    for (const name of names) {
      if (samePart(this.parts, name) !== undefined || this.parts.length === MAX_INDEXED_PARTS) continue
      await this.#db.change([addPart(this.table, this.parts.length)])
      this.parts.push(name)
    }
  }

  /** Adds the rows of indexes as they stand there. */
  async fill(indexes: readonly IndexFile[]): Promise<void> {
    await this.#db.change([`INSERT INTO ${this.table} ${selectIndexes(indexes, this.names, this.parts)}`])
  }

  /** The rows of an index, not written yet. @param numberOf the row that a rollout has already */
  async rowsOf(index: IndexFile, numberOf: (id: string) => number | undefined): Promise<TableRow[]> {
    const found = await this.#db.rows(`${selectIndexes([index], this.names, this.parts)} ORDER BY "row"`)
    return found.map((row) => rowOfIndex(row, (id) => numberOf(id) ?? this.numbers.next++, this.names, this.parts))
  }

  /** Takes away the rows that were read from these files. */
  async forgetFiles(numbers: readonly number[]): Promise<void> {
    await this.write([], numbers.length === 0 ? [] : [`DELETE FROM ${this.table} WHERE file IN (${numbers.join(', ')})`])
  }

  async forgetBatches(batches: readonly RolloutBatch[]): Promise<void> {
    await this.write([], batches.map((batch) => this.deletionOf(batch)))
  }

  deletionOf({ kind, step }: RolloutBatch): string {
    return `DELETE FROM ${this.table} WHERE kind = '${kind}' AND step = ${step}`
  }
}
