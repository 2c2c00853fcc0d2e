/**
 * DuckDB as the query process uses it: confined like every DuckDB of the trainer, one statement at a time, each under a
 * deadline, stopped when its sender no longer wants it.
 */
import type * as DuckDb from '@duckdb/node-api'
import type { DuckDBConnection, DuckDBInstance, DuckDBValue, Json } from '@duckdb/node-api'
import { LabError } from '../errors.ts'
import { NO_DATABASE } from '../protocol/queries.ts'
import { CONFINED_CONFIG, LOCK_DOWN, databaseError, sqlList, tooSlow } from '../stores/duckDb.ts'
import type { QueryParameters } from '../stores/duckDb.ts'
import { typeIn } from './columnTypes.ts'
import type { ColumnType } from './columnTypes.ts'
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

/** Rows to add to a table. */
export interface AppendedRows {
  readonly table: string
  readonly types: readonly ColumnType[]
  readonly rows: readonly (readonly DuckDBValue[])[]
}

/** DuckDB, loaded and confined. */
interface OpenDatabase {
  readonly duckDb: typeof DuckDb
  readonly instance: DuckDBInstance
  readonly connection: DuckDBConnection
}

export class QueryDatabase {
  readonly #limits: DatabaseLimits
  #opening: Promise<OpenDatabase> | undefined
  #closed = false
  #last: Promise<unknown> = Promise.resolve()

  /** DuckDB is loaded with the first statement: that takes longer than all that is asked without it. */
  constructor(limits: DatabaseLimits) {
    this.#limits = limits
  }

  /** Loads DuckDB at once. */
  static async open(limits: DatabaseLimits): Promise<QueryDatabase> {
    const db = new QueryDatabase(limits)
    await db.#opened()
    return db
  }

  /** Loads DuckDB ahead of the first statement. Where that fails, whoever asks tries again and is told. */
  makeReady(): void {
    this.#opened().catch(() => undefined)
  }

  /** Rows as plain JSON: integers beyond 2^53 and other exotic values are strings. */
  rows(sql: string, options: StatementOptions = {}): Promise<Record<string, Json>[]> {
    return this.#alone(options, async ({ connection }) => {
      const reader = await connection.runAndReadAll(sql, bindings(options))
      return reader.getRowObjectsJson()
    })
  }

  /** Rows as JavaScript values: BIGINT as bigint, lists as arrays. */
  values(sql: string, options: StatementOptions = {}): Promise<Record<string, unknown>[]> {
    return this.#alone(options, async ({ connection }) => {
      const reader = await connection.runAndReadAll(sql, bindings(options))
      return reader.getRowObjectsJS()
    })
  }

  /** The first column, of type INTEGER without NULL. */
  integers(sql: string, options: StatementOptions = {}): Promise<Int32Array> {
    return this.#alone(options, async ({ connection }) => {
      const pieces: Int32Array[] = []
      const result = await connection.stream(sql, bindings(options))
      for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
        const { items } = chunk.getColumnVector(0) as unknown as { readonly items: Int32Array }
        pieces.push(items.slice(0, chunk.rowCount))
      }
      return joined(pieces)
    })
  }

  /** Runs statements as one: all take effect or none. */
  change(statements: readonly string[], append?: AppendedRows): Promise<void> {
    return this.#alone({}, (open) => asOne(open.connection, async () => {
      for (const statement of statements) await open.connection.run(statement)
      if (append !== undefined) await appendRows(open, append)
    }))
  }

  /** Whether the statement is one that could be run as it stands; nothing is run. @throws LabError with what DuckDB says. */
  check(sql: string): Promise<void> {
    return this.#alone({}, async ({ connection }) => {
      const statement = await connection.prepare(sql)
      const { parameterCount } = statement
      statement.destroySync()
      if (parameterCount > 0) throw new Error('it has parameters')
    })
  }

  /** What is still being opened is closed once it is open. */
  close(): void {
    this.#closed = true
    this.#opening?.then(({ connection, instance }) => {
      connection.closeSync()
      instance.closeSync()
    }, () => undefined)
  }

  /** Opened once, for whoever asks first and all after; where that fails, the next one to ask tries again. */
  async #opened(): Promise<OpenDatabase> {
    if (!this.#closed) {
      this.#opening ??= openDatabase(this.#limits).catch((error: unknown) => {
        this.#opening = undefined
        throw error
      })
    }
    const open = await this.#opening
    if (open === undefined || this.#closed) throw notOpen('it was closed')
    return open
  }

  #alone<T>(options: StatementOptions, work: (open: OpenDatabase) => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => this.#guarded(options, work))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  async #guarded<T>({ signal, deadlineSeconds = DEADLINE_SECONDS }: StatementOptions, work: (open: OpenDatabase) => Promise<T>): Promise<T> {
    throwIfCancelled(signal)
    const open = await this.#opened()
    throwIfCancelled(signal)
    let late = false
    const interrupt = (): void => open.connection.interrupt()
    const timer = setTimeout(() => {
      late = true
      interrupt()
    }, deadlineSeconds * 1000)
    signal?.addEventListener('abort', interrupt)
    try {
      return await work(open)
    } catch (error) {
      if (signal?.aborted === true) throw cancelled()
      throw late ? tooSlow(deadlineSeconds, error, ASK_FOR_LESS) : databaseError(error, ASK_FOR_LESS)
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', interrupt)
    }
  }
}

async function openDatabase({ threads, memoryMegabytes, files, folder }: DatabaseLimits): Promise<OpenDatabase> {
  try {
    const duckDb = await import('@duckdb/node-api')
    const instance = await duckDb.DuckDBInstance.create(':memory:', { ...CONFINED_CONFIG, ...FREE_EARLY, ...UNORDERED, threads: String(threads), memory_limit: `${memoryMegabytes}MB` })
    const connection = await instance.connect()
    if (files.length > 0) await connection.run(`SET allowed_paths = ${sqlList(files)}`)
    if (folder !== undefined) await connection.run(`SET allowed_directories = ${sqlList([folder])}`)
    for (const statement of LOCK_DOWN) await connection.run(statement)
    return { duckDb, instance, connection }
  } catch (error) {
    throw notOpen(error instanceof Error ? error.message.split('\n')[0]! : String(error), error)
  }
}

function notOpen(why: string, cause?: unknown): LabError {
  return new LabError('store', NO_DATABASE, `DuckDB, which lists rollouts, cannot be opened: ${why}`, {
    remedy: 'Try again; where that does not help, install Node 20.19 or newer, so that it is found on the PATH, and reload the window.', cause
  })
}

async function asOne(connection: DuckDBConnection, work: () => Promise<void>): Promise<void> {
  await connection.run('BEGIN')
  try {
    await work()
    await connection.run('COMMIT')
  } catch (error) {
    await connection.run('ROLLBACK')
    throw error
  }
}

const CHUNK_ROWS = 2048

async function appendRows({ duckDb, connection }: OpenDatabase, { table, types, rows }: AppendedRows): Promise<void> {
  const appender = await connection.createAppender(table)
  try {
    const own = types.map((type) => typeIn(duckDb, type))
    for (let from = 0; from < rows.length; from += CHUNK_ROWS) {
      const some = rows.slice(from, from + CHUNK_ROWS)
      const chunk = duckDb.DuckDBDataChunk.create(own, some.length)
      chunk.setRows(some)
      appender.appendDataChunk(chunk)
    }
  } finally {
    appender.closeSync()
  }
}

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
