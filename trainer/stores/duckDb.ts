/**
 * DuckDB, confined: no extensions, no spilling, only the files named beforehand, configuration locked, a deadline and a
 * memory limit. Its calls run on native threads, so they block nothing.
 */
import type { DuckDBConnection, DuckDBValue, Json } from '@duckdb/node-api'
import { LabError } from '../errors.ts'

export interface DuckDbLimits {
  /** Files that may be read or written; nothing else can be. */
  readonly files: readonly string[]
  readonly memoryMegabytes: number
  readonly deadlineSeconds: number
}

/** What a query may be given in place of `$name`. */
export type QueryParameters = Readonly<Record<string, string | number>>

export interface DuckDb {
  /** Runs one statement. Rows as plain JSON: integers beyond 2^53 and other exotic values are strings. */
  run(sql: string, parameters?: QueryParameters): Promise<Record<string, Json>[]>
  /** The same, some thousand rows at a time: no result is held whole. */
  stream(sql: string): AsyncIterable<Record<string, Json>[]>
}

export const LOCK_DOWN = ['SET enable_external_access = false', 'SET lock_configuration = true']
export const CONFINED_CONFIG = {
  threads: '1',
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
  allow_community_extensions: 'false',
  temp_directory: ''
}

/** Gives `work` a database of its own that can touch nothing but the files named. */
export async function withDuckDb<T>(limits: DuckDbLimits, work: (db: DuckDb) => Promise<T>): Promise<T> {
  // Loaded when needed: most commands never are, and a Node that cannot load it can say so.
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const instance = await DuckDBInstance.create(':memory:', { ...CONFINED_CONFIG, memory_limit: `${limits.memoryMegabytes}MB` })
  const connection = await instance.connect()
  try {
    await connection.run(`SET allowed_paths = ${sqlList(limits.files)}`)
    for (const statement of LOCK_DOWN) await connection.run(statement)
    return await underDeadline(connection, limits.deadlineSeconds, work)
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

/** Works under the first of these limits; where memory does not suffice, once more under the next. */
export async function withMoreMemory<T>([megabytes, ...more]: readonly [number, ...number[]], work: (megabytes: number) => Promise<T>): Promise<T> {
  try {
    return await work(megabytes)
  } catch (error) {
    const [next, ...others] = more
    if (next === undefined || !LabError.is(error, 'query-memory')) throw error
    return withMoreMemory([next, ...others], work)
  }
}

async function underDeadline<T>(connection: DuckDBConnection, seconds: number, work: (db: DuckDb) => Promise<T>): Promise<T> {
  const clock = new QueryClock(connection, seconds)
  try {
    return await work({
      run: (sql, parameters) => clock.limited(() => runOne(connection, sql, parameters)),
      stream: (sql) => streamOne(connection, sql, clock)
    })
  } catch (error) {
    throw clock.late ? tooSlow(seconds, error) : databaseError(error)
  }
}

/** Counts the time that queries take, not what is done with their rows between them. */
class QueryClock {
  late = false
  readonly #connection: DuckDBConnection
  readonly #seconds: number
  #millisecondsLeft: number

  constructor(connection: DuckDBConnection, seconds: number) {
    this.#connection = connection
    this.#seconds = seconds
    this.#millisecondsLeft = seconds * 1000
  }

  async limited<T>(query: () => Promise<T>): Promise<T> {
    this.late ||= this.#millisecondsLeft <= 0
    if (this.late) throw tooSlow(this.#seconds, undefined)
    const startedAt = performance.now()
    const timer = setTimeout(() => this.#stop(), this.#millisecondsLeft)
    try {
      return await query()
    } finally {
      clearTimeout(timer)
      this.#millisecondsLeft -= performance.now() - startedAt
    }
  }

  #stop(): void {
    this.late = true
    this.#connection.interrupt()
  }
}

/** `prepare` refuses a text of several statements. */
async function runOne(connection: DuckDBConnection, sql: string, parameters: QueryParameters = {}): Promise<Record<string, Json>[]> {
  const statement = await connection.prepare(sql)
  try {
    statement.bind(parameters as Record<string, DuckDBValue>)
    const reader = await statement.runAndReadAll()
    return reader.getRowObjectsJson()
  } finally {
    statement.destroySync()
  }
}

async function* streamOne(connection: DuckDBConnection, sql: string, clock: QueryClock): AsyncGenerator<Record<string, Json>[]> {
  const statement = await connection.prepare(sql)
  try {
    const chunks = (await clock.limited(() => statement.stream())).yieldRowObjectJson()
    for (let next = await clock.limited(() => chunks.next()); !next.done; next = await clock.limited(() => chunks.next())) yield next.value
  } finally {
    statement.destroySync()
  }
}

/** Here files are read or written whole: nobody could ask for less. */
const NOTHING_LOST = 'Nothing is lost: the run’s files were left as they are. Try again when the machine has less to do; long rollouts take more memory and time.'

/** @param remedy what to do where a limit of time was met */
export function tooSlow(seconds: number, cause: unknown, remedy = NOTHING_LOST): LabError {
  return new LabError('store', 'query-deadline', `the query took longer than ${seconds} s and was stopped`, { remedy, cause })
}

/**
 * What DuckDB says, for people.
 * @param remedy what to do where memory did not suffice
 */
export function databaseError(error: unknown, remedy = NOTHING_LOST): unknown {
  if (error instanceof LabError || !(error instanceof Error)) return error
  const outOfMemory = error.message.includes('Out of Memory')
  return new LabError('store', outOfMemory ? 'query-memory' : 'query-failed', `DuckDB: ${error.message.split('\n')[0]}`, {
    remedy: outOfMemory ? remedy : 'Check that the files of the run are whole.',
    cause: error
  })
}

/** A SQL string literal. */
export function sqlText(text: string): string {
  // A NUL would end the statement: DuckDB takes it as a C string.
  const parts = text.split('\0').map((part) => `'${part.replaceAll("'", "''")}'`)
  return parts.length === 1 ? `${parts[0]}` : `(${parts.join(' || chr(0) || ')})`
}

export function sqlList(texts: readonly string[]): string {
  return `[${texts.map(sqlText).join(', ')}]`
}
