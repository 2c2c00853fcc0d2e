/**
 * A query over tables of its own: its result set beside that of the gold query. SQLite is WebAssembly here, without files of the
 * machine. Writing is refused three times: by the statement's first word, by `query_only`, and because each query has a database
 * in memory that is closed after it. Memory is bounded by SQLite's hard heap limit, rows by a cap; time by the trainer, which kills
 * the process, since SQLite in WebAssembly offers nothing to interrupt it by.
 */
import type { Database, SqlJsStatic } from 'sql.js'
import type { Limits } from '../../protocol/execution.ts'
import type { Call } from '../sandbox.ts'
import { CallClock } from '../wasm/callClock.ts'
import type { CallReport, ReportedEnd } from '../wasm/workerMessages.ts'
import { queryRows, TooLarge, TooLate } from './queryRows.ts'
import type { ResultSet } from './queryRows.ts'
import { refusal } from './readOnly.ts'

export type QueryCall = Extract<Call, { style: 'query' }>

/** A limit holds for the process and can only be lowered. A limit of a task above this one is taken for this one. */
const HEAP_MEGABYTES = 256

/** The task's own tables or gold query fail. */
export class BadTask extends Error {}
/** The gold query did not end in time. */
export class SlowTask extends Error {}

export class QueryRunner {
  readonly #sqlite: SqlJsStatic

  constructor(sqlite: SqlJsStatic) {
    this.#sqlite = sqlite
  }

  /**
   * @param onBegin told before the candidate's query, whose time begins there.
   * @throws BadTask, SlowTask
   */
  run(sql: string, { schema, gold }: QueryCall, limits: Limits, onBegin: () => void = () => undefined): CallReport {
    const goldSet = this.#goldSet(schema, gold, lateBy(new CallClock(), limits))
    onBegin()
    const clock = new CallClock()
    const heap = Math.min(limits.memoryMegabytes, HEAP_MEGABYTES)
    const end = this.#endOf(sql, schema, goldSet, heap, lateBy(clock, limits))
    return {
      kind: 'call', end, stdout: '', stderr: '', outputCut: false, seconds: clock.seconds, cpuSeconds: clock.cpuSeconds,
      sightings: end.ended === 'forbidden' ? [{ kind: 'forbiddenAccess', why: end.message }] : [],
      limitsHit: LIMIT_OF[end.ended] ?? [], worker: heap < HEAP_MEGABYTES || end.ended === 'memory' ? 'grown' : 'good'
    }
  }

  #goldSet(schema: string, gold: string, isLate: () => boolean): ResultSet {
    try {
      return this.#with(schema, HEAP_MEGABYTES, (database) => queryRows(database, gold, isLate))
    } catch (error) {
      if (error instanceof TooLate) throw new SlowTask()
      throw new BadTask(`gold query: ${(error as Error).message}`)
    }
  }

  #endOf(sql: string, schema: string, goldSet: ResultSet, heap: number, isLate: () => boolean): ReportedEnd {
    const refused = refusal(sql)
    if (refused) return refused
    try {
      const { columns, rows } = this.#with(schema, heap, (database) => queryRows(database, sql, isLate))
      return { ended: 'rows', columns: [...columns], rows: plain(rows), goldRows: plain(goldSet.rows) }
    } catch (error) {
      return endOfError(error as Error)
    }
  }

  #with<T>(schema: string, heap: number, work: (database: Database) => T): T {
    const database = new this.#sqlite.Database()
    try {
      database.run(schema)
      database.run(`PRAGMA query_only = 1; PRAGMA hard_heap_limit = ${heap * 2 ** 20}`)
      return work(database)
    } finally {
      database.close()
    }
  }
}

const lateBy = (clock: CallClock, { wallSeconds }: Limits) => (): boolean => clock.isLate(wallSeconds)

const plain = (rows: ResultSet['rows']): Extract<ReportedEnd, { ended: 'rows' }>['rows'] => rows as Extract<ReportedEnd, { ended: 'rows' }>['rows']

const LIMIT_OF: Partial<Readonly<Record<ReportedEnd['ended'], CallReport['limitsHit']>>> = { timeout: ['wallSeconds'], memory: ['memoryMegabytes'], outputLimit: ['outputBytes'] }

function endOfError(error: Error): ReportedEnd {
  if (error instanceof TooLarge) return { ended: 'outputLimit', message: error.message }
  if (error instanceof TooLate) return { ended: 'timeout', message: 'its rows took too long' }
  if (/out of memory/.test(error.message)) return { ended: 'memory', message: 'out of memory' }
  if (/readonly database|not authorized/.test(error.message)) return { ended: 'forbidden', message: error.message }
  return { ended: 'exception', message: error.message }
}
