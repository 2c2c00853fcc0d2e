/**
 * DuckDB as the query process uses it: confined like every DuckDB of the trainer, one statement at a time, each under a
 * deadline, stopped when its sender no longer wants it.
 */
import { DuckDBDataChunk, DuckDBInstance } from '@duckdb/node-api'
import type { DuckDBConnection, DuckDBType, DuckDBValue, Json } from '@duckdb/node-api'
import { CONFINED_CONFIG, LOCK_DOWN, databaseError, sqlList, tooSlow } from '../stores/duckDb.ts'
import type { QueryParameters } from '../stores/duckDb.ts'
import { cancelled, throwIfCancelled } from './queryError.ts'

export interface DatabaseLimits {
  readonly threads: number
  readonly memoryMegabytes: number
  /** Files that may be read; none = no access to any file but those of the folder. */
  readonly files: readonly string[]
  /** A folder of this process alone, in which files may be read. */
  readonly folder?: string
}

export interface StatementOptions {
  readonly parameters?: QueryParameters
  readonly signal?: AbortSignal | undefined
  readonly deadlineSeconds?: number
}

export const DEADLINE_SECONDS = 20
const ASK_FOR_LESS = 'Ask for fewer rows or a smaller range of steps.'
/** Freed memory goes back to the system early: the process stays small between queries. */
const FREE_EARLY = { allocator_flush_threshold: '1MB', allocator_bulk_deallocation_flush_threshold: '1MB' }
/** Rows have numbers, by which every list is sorted: tables may be filled in any order, which takes two thirds of the time. */
const UNORDERED = { preserve_insertion_order: 'false' }

export class QueryDatabase {
  readonly #instance: DuckDBInstance
  readonly #connection: DuckDBConnection
  #last: Promise<unknown> = Promise.resolve()

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance
    this.#connection = connection
  }

  static async open({ threads, memoryMegabytes, files, folder }: DatabaseLimits): Promise<QueryDatabase> {
    const instance = await DuckDBInstance.create(':memory:', { ...CONFINED_CONFIG, ...FREE_EARLY, ...UNORDERED, threads: String(threads), memory_limit: `${memoryMegabytes}MB` })
    const connection = await instance.connect()
    if (files.length > 0) await connection.run(`SET allowed_paths = ${sqlList(files)}`)
    if (folder !== undefined) await connection.run(`SET allowed_directories = ${sqlList([folder])}`)
    for (const statement of LOCK_DOWN) await connection.run(statement)
    return new QueryDatabase(instance, connection)
  }

  /** Rows as plain JSON: integers beyond 2^53 and other exotic values are strings. */
  rows(sql: string, options: StatementOptions = {}): Promise<Record<string, Json>[]> {
    return this.#alone(options, async () => {
      const reader = await this.#connection.runAndReadAll(sql, bindings(options))
      return reader.getRowObjectsJson()
    })
  }

  /** Rows as JavaScript values: BIGINT as bigint, lists as arrays. */
  values(sql: string, options: StatementOptions = {}): Promise<Record<string, unknown>[]> {
    return this.#alone(options, async () => {
      const reader = await this.#connection.runAndReadAll(sql, bindings(options))
      return reader.getRowObjectsJS()
    })
  }

  /** The first column, of type INTEGER without NULL. */
  integers(sql: string, options: StatementOptions = {}): Promise<Int32Array> {
    return this.#alone(options, async () => {
      const pieces: Int32Array[] = []
      const result = await this.#connection.stream(sql, bindings(options))
      for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
        const { items } = chunk.getColumnVector(0) as unknown as { readonly items: Int32Array }
        pieces.push(items.slice(0, chunk.rowCount))
      }
      return joined(pieces)
    })
  }

  /** Runs statements as one: all take effect or none. */
  change(statements: readonly string[], append?: { readonly table: string; readonly types: readonly DuckDBType[]; readonly rows: readonly (readonly DuckDBValue[])[] }): Promise<void> {
    return this.#alone({}, () => this.#asOne(async () => {
      for (const statement of statements) await this.#connection.run(statement)
      if (append !== undefined) await this.#append(append.table, append.types, append.rows)
    }))
  }

  /** Whether the statement is one that could be run as it stands; nothing is run. @throws LabError with what DuckDB says. */
  check(sql: string): Promise<void> {
    return this.#alone({}, async () => {
      const statement = await this.#connection.prepare(sql)
      const { parameterCount } = statement
      statement.destroySync()
      if (parameterCount > 0) throw new Error('it has parameters')
    })
  }

  close(): void {
    this.#connection.closeSync()
    this.#instance.closeSync()
  }

  async #asOne(work: () => Promise<void>): Promise<void> {
    await this.#connection.run('BEGIN')
    try {
      await work()
      await this.#connection.run('COMMIT')
    } catch (error) {
      await this.#connection.run('ROLLBACK')
      throw error
    }
  }

  async #append(table: string, types: readonly DuckDBType[], rows: readonly (readonly DuckDBValue[])[]): Promise<void> {
    const appender = await this.#connection.createAppender(table)
    try {
      for (let from = 0; from < rows.length; from += CHUNK_ROWS) {
        const some = rows.slice(from, from + CHUNK_ROWS)
        const chunk = DuckDBDataChunk.create(types, some.length)
        chunk.setRows(some)
        appender.appendDataChunk(chunk)
      }
    } finally {
      appender.closeSync()
    }
  }

  #alone<T>(options: StatementOptions, work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => this.#guarded(options, work))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  async #guarded<T>({ signal, deadlineSeconds = DEADLINE_SECONDS }: StatementOptions, work: () => Promise<T>): Promise<T> {
    throwIfCancelled(signal)
    let late = false
    const interrupt = (): void => this.#connection.interrupt()
    const timer = setTimeout(() => {
      late = true
      interrupt()
    }, deadlineSeconds * 1000)
    signal?.addEventListener('abort', interrupt)
    try {
      return await work()
    } catch (error) {
      if (signal?.aborted === true) throw cancelled()
      throw late ? tooSlow(deadlineSeconds, error, ASK_FOR_LESS) : databaseError(error, ASK_FOR_LESS)
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', interrupt)
    }
  }
}

const CHUNK_ROWS = 2048

function bindings({ parameters }: StatementOptions): Record<string, DuckDBValue> | undefined {
  return parameters as Record<string, DuckDBValue> | undefined
}

function joined(pieces: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}

/** Opens a database over files, gives it to `work` and closes it. */
export async function withFiles<T>(limits: DatabaseLimits, work: (db: QueryDatabase) => Promise<T>): Promise<T> {
  const db = await QueryDatabase.open(limits)
  try {
    return await work(db)
  } finally {
    db.close()
  }
}
