/** The program of an SQLite worker: queries over small tables. */
import initSqlJs from 'sql.js/dist/sql-wasm-inline.js'
import type { RunCall } from '../wasm/serveJobs.ts'
import { serveJobs } from '../wasm/serveJobs.ts'
import type { Job } from '../wasm/workerMessages.ts'
import { BadTask, QueryRunner, SlowTask } from './runQuery.ts'

const runner = new QueryRunner(await initSqlJs())
serveJobs(prepare)

function prepare({ files: [query] }: Job): RunCall {
  return (call, { limits }, onBegin) => {
    if (call.style !== 'query') throw new Error('only queries run here')
    try {
      return runner.run(query?.text ?? '', call, limits, onBegin)
    } catch (error) {
      if (error instanceof BadTask) return { kind: 'badTask', message: error.message }
      if (error instanceof SlowTask) return { kind: 'slowTask' }
      throw error
    }
  }
}
