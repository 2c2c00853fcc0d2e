/** The loop of a worker's program: jobs in, reports out. Runs in the thread that the launcher starts. */
import { writeSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import type { Call } from '../sandbox.ts'
import { REPORTS } from './workerLauncher.ts'
import type { CallReport, Job, Report } from './workerMessages.ts'

/** Runs one call of a job; tells where the candidate's own part of a query begins. */
export type RunCall = (call: Call, job: Job, onBegin: () => void) => Extract<Report, { kind: 'call' | 'badTask' | 'slowTask' }>

/** Calls of a candidate that may take all of their time: one that never ends does so at every input, and others are waiting. */
const MOST_TIMEOUTS = 3

const notRun: CallReport = {
  kind: 'call', end: { ended: 'timeout', message: `not run, since ${MOST_TIMEOUTS} other inputs took all of their time` }, stdout: '', stderr: '', outputCut: false,
  seconds: 0, cpuSeconds: 0, sightings: [], limitsHit: [], worker: 'good'
}

/** Each report is on its way before the next call begins, so that a call that must be killed takes none of the others with it. */
export function serveJobs(prepare: (job: Job) => RunCall): void {
  parentPort?.on('message', (line: string) => {
    const job = JSON.parse(line) as Job
    const runCall = prepare(job)
    let timeouts = 0
    for (const call of job.calls) {
      const report = timeouts < MOST_TIMEOUTS ? runCall(call, job, () => send({ kind: 'begun' })) : notRun
      send(report)
      if (report.kind === 'call' && report.end.ended === 'timeout') timeouts++
      if (report.kind !== 'call' || report.worker === 'broken') return
    }
  })
  send({ kind: 'ready' })
}

function send(report: Report): void {
  let rest = Buffer.from(`${JSON.stringify(report)}\n`)
  while (rest.length > 0) rest = rest.subarray(writeSync(REPORTS, rest))
}
