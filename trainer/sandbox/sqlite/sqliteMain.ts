/** The program of an SQLite worker: queries over small tables. */
import initSqlJs from 'sql.js/dist/sql-wasm-inline.js'
import type { RunCall } from '../wasm/serveJobs.ts'
import { serveJobs } from '../wasm/serveJobs.ts'
import type { Job } from '../wasm/workerMessages.ts'
import { BadTask, QueryRunner } from './runQuery.ts'

const runner = new QueryRunner(await initSqlJs())
serveJobs(prepare)

function prepare({ files: [query] }: Job): RunCall {
  return (call, { limits }) => {
    if (call.style !== 'query') throw new Error('only queries run here')
    try {
      return runner.run(query?.text ?? '', call, limits)
    } catch (error) {
      if (error instanceof BadTask) return { kind: 'badTask', message: error.message }
      throw error
    }
  }
}
