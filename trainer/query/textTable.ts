import type { QueryDatabase } from './database.ts'

interface Table {
  readonly name: string
  readers: number
}

/** Rows that contain a text, as a table that a filter joins. A newer table takes the place of an older at once; the older goes when nobody reads it any more. */
export class TextTable {
  readonly #db: QueryDatabase
  readonly #name: string
  #current: Table | undefined
  #made = 0
  #closed = false

  /** @param name of an identifier; no other table of the database begins with it */
  constructor(db: QueryDatabase, name: string) {
    this.#db = db
    this.#name = name
  }

  async replace(rows: Int32Array): Promise<void> {
    if (this.#closed) return
    const made = { name: `${this.#name}_${this.#made++}`, readers: 0 }
    await this.#db.change([`CREATE TABLE ${made.name} (row INTEGER)`], { table: made.name, types: ['INTEGER'], rows: [...rows].map((row) => [row]) })
    await this.#take(made)
  }

  /** Gives `work` the name of the table, which stays until it is done; undefined where nothing was ever looked for. */
  async reading<T>(work: (table: string | undefined) => Promise<T>): Promise<T> {
    const table = this.#current
    if (table === undefined) return work(undefined)
    table.readers++
    try {
      return await work(table.name)
    } finally {
      table.readers--
      await this.#dropUnread(table)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#take(undefined)
  }

  /** What was made while this was closed goes at once. */
  async #take(table: Table | undefined): Promise<void> {
    const last = this.#current
    this.#current = this.#closed ? undefined : table
    for (const one of [last, table]) if (one !== undefined) await this.#dropUnread(one)
  }

  async #dropUnread(table: Table): Promise<void> {
    if (table.readers === 0 && table !== this.#current) await this.#db.change([`DROP TABLE ${table.name}`])
  }
}
