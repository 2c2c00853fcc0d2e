import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import { infrastructure } from '../pool/failures.ts'
import type { PoolWorker } from '../pool/worker.ts'
import { readableJson } from '../readableJson.ts'
import { scrubbedEnvironment } from '../scrubbedEnvironment.ts'
import { longestCall } from '../stalls.ts'
import { LineReader } from './lineReader.ts'
import { LAUNCHER, OUT_OF_MEMORY, REPORTS } from './workerLauncher.ts'
import { Report } from './workerMessages.ts'
import type { CallReport, Job } from './workerMessages.ts'
import type { WorkerProgram } from './workerProgram.ts'

/** What ended a call besides its own report. */
export type Killed = 'timeout' | 'memory' | 'noResult'

/** What came of a job: a report for each of its first calls, and what ended the process before the next, if anything did. */
export interface Served {
  readonly reports: readonly CallReport[]
  readonly killed?: Killed
  /** The process had served others before and died of the first call here: it may have been theirs to answer for. */
  readonly doubtful?: boolean
  /** The task's own tables or gold query failed. */
  readonly badTask?: string
  /** The gold query did not end in time. */
  readonly slowTask?: boolean
}

/** Beyond the longest that a call may take, which the process sees to itself where it can. */
const GRACE_SECONDS = 0.5
/** A line of ours is far shorter: what is printed and answered is cut in the process. */
const LONGEST_LINE = 64 * 2 ** 20
/** Signals by which a machine ends a process; by any other, or by a code, its program ended itself. */
const MACHINE_SIGNALS: readonly (string | null)[] = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGSTOP']

/** A process that runs candidates in WebAssembly, one at a time; killed where a candidate does not come back. */
export class WasmWorker implements PoolWorker {
  readonly ended: Promise<void>
  reusable = true
  readonly #child: ChildProcess
  #errors = ''
  #jobs = 0
  #babbled = false
  #hear: (report: Report) => void = () => undefined

  private constructor(program: WorkerProgram) {
    this.#child = startProcess(program)
    // Not before all that it wrote has been read.
    this.ended = new Promise((resolve) => this.#child.once('close', () => resolve()).once('error', () => resolve()))
    this.#child.stdin?.on('error', () => void this.kill())
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => { this.#errors = (this.#errors + text).slice(-2000) })
    const lines = new LineReader(LONGEST_LINE, (line) => this.#receive(line), () => void this.kill())
    const reports = this.#child.stdio[REPORTS] as Readable
    reports.on('error', () => void this.kill()).on('data', (bytes: Buffer) => lines.take(bytes))
  }

  /** @throws LabError `sandbox/infrastructure`. */
  static async start(program: WorkerProgram): Promise<WasmWorker> {
    const worker = new WasmWorker(program)
    const ready = new Promise<true>((resolve) => { worker.#hear = () => resolve(true) })
    const patience = AbortSignal.timeout(START_SECONDS * 1000)
    const late = new Promise<false>((resolve) => patience.addEventListener('abort', () => resolve(false)))
    if ((await Promise.race([ready, worker.ended, late])) === true) return worker
    await worker.kill()
    throw infrastructure(`The sandbox’s process did not start: ${worker.#errors.trim() || `no answer within ${START_SECONDS} s`}`)
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /**
   * Runs the calls of a job, one after another.
   * @throws LabError `sandbox/infrastructure` where the machine ended the process.
   */
  async serve(job: Job): Promise<Served> {
    const reports: CallReport[] = []
    const used = this.#jobs++ > 0
    let timer: NodeJS.Timeout | undefined
    let timedOut = false
    let heard = 0
    /** A query comes after the gold query, which is no candidate's. */
    let begun = false
    const wind = (isBegun = job.calls[reports.length]?.style !== 'query'): void => {
      begun = isBegun
      clearTimeout(timer)
      timer = setTimeout(() => this.#killUnlessHeard(() => heard, () => { timedOut = true }), 1000 * (longestCall(job.limits) + GRACE_SECONDS))
    }
    const answered = new Promise<Served>((resolve) => {
      this.#hear = (report) => {
        heard++
        if (report.kind === 'badTask') resolve({ reports, badTask: report.message })
        if (report.kind === 'slowTask') resolve({ reports, slowTask: true })
        if (report.kind === 'begun') wind(true)
        if (report.kind !== 'call') return
        reports.push(report)
        this.reusable &&= report.worker === 'good'
        if (report.worker === 'broken' || reports.length === job.calls.length) resolve({ reports })
        else wind()
      }
    })
    wind()
    this.#child.stdin?.write(`${JSON.stringify(job)}\n`)
    try {
      return await Promise.race([answered, this.ended.then((): Served => {
        if (timedOut) return begun ? { reports, killed: 'timeout' } : { reports, slowTask: true }
        return { reports, killed: this.#howEnded(), doubtful: used && reports.length === 0 }
      })])
    } finally {
      clearTimeout(timer)
      this.#hear = () => undefined
    }
  }

  /** Resolves when the process has gone. */
  async kill(): Promise<void> {
    this.reusable = false
    this.#child.kill('SIGKILL')
    await this.ended
  }

  /** What has arrived already is read first: this process may have been the late one. */
  #killUnlessHeard(heard: () => number, onKill: () => void): void {
    const before = heard()
    setImmediate(() => setImmediate(() => {
      if (heard() > before) return
      onKill()
      void this.kill()
    }))
  }

  #howEnded(): Killed {
    this.reusable = false
    const { signalCode, exitCode } = this.#child
    if (this.#babbled) return 'noResult'
    if (MACHINE_SIGNALS.includes(signalCode)) throw infrastructure(`The sandbox’s process was ended (${signalCode ?? exitCode}) while it ran a candidate.`)
    return exitCode === OUT_OF_MEMORY ? 'memory' : 'noResult'
  }

  #receive(line: string): void {
    const report = Report.safeParse(readableJson(line))
    if (this.#babbled) return
    if (report.success) return this.#hear(report.data)
    // Only a program that broke out of its interpreter could have written that.
    this.#babbled = true
    void this.kill()
  }
}

const START_SECONDS = 60

function startProcess({ url, flags }: WorkerProgram): ChildProcess {
  return spawn(process.execPath, ['--no-warnings', ...flags, '--eval', LAUNCHER, url], {
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
    env: scrubbedEnvironment(),
    // Out of reach of the Ctrl-C that is meant for the trainer.
    detached: process.platform !== 'win32',
    windowsHide: true
  })
}
