import { availableParallelism } from 'node:os'
import { LabError } from '../../errors.ts'
import type { Limits, SandboxName } from '../../protocol/execution.ts'
import { createPool } from '../pool/pool.ts'
import type { Pool } from '../pool/pool.ts'
import { asInfrastructure, infrastructure } from '../pool/failures.ts'
import { refuseUnsupported } from '../refuseUnsupported.ts'
import type { CallEnd, CallOutcome, ExecutionOutcome, ExecutionRequest, Json, Sandbox } from '../sandbox.ts'
import { longestCall } from '../stalls.ts'
import type { CallReport } from './workerMessages.ts'
import { WasmWorker } from './wasmWorker.ts'
import type { Killed, Served } from './wasmWorker.ts'
import type { WorkerProgram } from './workerProgram.ts'

/** Which candidates a kind of worker takes, and what it runs. */
export interface WasmKind extends Pick<Sandbox, 'languages' | 'styles'> {
  readonly name: SandboxName
  readonly program: () => WorkerProgram
}

export interface WasmOptions {
  /** Processes kept warm; default one a core. */
  readonly workers?: number
  /** Candidates that may wait for one. */
  readonly queueLimit?: number
}

/** Candidates in processes of WebAssembly: nothing of the machine to reach, killed where they do not come back. */
export function createWasmSandbox(kind: WasmKind, { workers = availableParallelism(), queueLimit = 10_000 }: WasmOptions = {}): Sandbox {
  const { name, languages, styles } = kind
  const pool = createPool({ size: workers, queueLimit, start: () => WasmWorker.start(kind.program()) })
  return {
    name, languages, styles,
    execute: async (request, signal) => {
      refuseUnsupported(kind, request)
      return await new Execution(request, pool, signal).run()
    },
    close: () => pool.close()
  }
}

/** After this many processes a candidate's remaining calls are given up: every one of them costs its whole deadline. */
const MOST_KILLED = 3

/** The calls of one candidate, in one process unless it has to be killed. */
class Execution {
  readonly #request: ExecutionRequest
  readonly #pool: Pool<WasmWorker>
  readonly #signal: AbortSignal | undefined
  readonly #calls: CallOutcome[] = []
  readonly #reports: CallReport[] = []
  readonly #limitsHit = new Set<keyof Limits>()
  #queueSeconds = 0
  #seconds = 0
  readonly #kills: Killed[] = []
  /** The call to come has seen a process die that others had used before. */
  #doubted = false

  constructor(request: ExecutionRequest, pool: Pool<WasmWorker>, signal: AbortSignal | undefined) {
    this.#request = request
    this.#pool = pool
    this.#signal = signal
  }

  async run(): Promise<ExecutionOutcome> {
    const { calls } = this.#request
    while (this.#calls.length < calls.length && this.#kills.length < MOST_KILLED) this.#take(await this.#serveRest())
    while (this.#calls.length < calls.length) this.#calls.push(this.#notRun())
    return {
      calls: this.#calls, sightings: this.#reports.flatMap(({ sightings }) => sightings), limitsHit: [...this.#limitsHit],
      seconds: this.#seconds, queueSeconds: this.#queueSeconds,
      // A process that was killed took its clock with it.
      cpuSeconds: this.#kills.length > 0 ? null : this.#reports.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0), peakMegabytes: null
    }
  }

  #notRun(): CallOutcome {
    const ended = this.#kills.every((killed) => killed === 'timeout') ? 'timeout' : 'noResult'
    return without(ended, 'not run: earlier calls had to be killed', 0)
  }

  async #serveRest(): Promise<Served & { readonly seconds: number }> {
    const calls = this.#request.calls.slice(this.#calls.length)
    // The worker keeps the deadline of each call; this one guards against the worker.
    const seconds = calls.length * longestOf(this.#request) + WORKER_SECONDS
    const { value, queueSeconds } = await this.#pool.use(async (worker) => {
      const started = performance.now()
      return { ...(await worker.serve({ ...this.#request, calls })), seconds: (performance.now() - started) / 1000 }
    }, { seconds, signal: this.#signal }).catch(asInfrastructure)
    this.#queueSeconds += queueSeconds
    return value
  }

  #take({ reports, killed, doubtful = false, badTask, slowTask, seconds }: Served & { readonly seconds: number }): void {
    if (badTask !== undefined) throw unjudgeable(badTask)
    // What ran before in that process may be why: then the rest has another.
    if (slowTask && reports.length === 0) throw infrastructure('The task’s gold query did not end in time.')
    this.#seconds += seconds
    this.#reports.push(...reports)
    for (const report of reports) {
      for (const limit of report.limitsHit) this.#limitsHit.add(limit)
      this.#calls.push(outcomeOf(report))
    }
    if (reports.length > 0) this.#doubted = false
    if (!killed) return
    if (doubtful && !this.#doubted) return void (this.#doubted = true)
    this.#doubted = false
    this.#kills.push(killed)
    if (killed !== 'noResult') this.#limitsHit.add(killed === 'timeout' ? 'wallSeconds' : 'memoryMegabytes')
    this.#calls.push(without(killed, MESSAGES[killed], Math.max(0, seconds - reports.reduce((sum, report) => sum + report.seconds, 0))))
  }
}

const WORKER_SECONDS = 60
/** The gold query has as long as the candidate's. */
const longestOf = ({ calls, limits }: ExecutionRequest): number => longestCall(limits) * (calls[0]?.style === 'query' ? 2 : 1)
const MESSAGES: Readonly<Record<Killed, string>> = {
  timeout: 'it did not come back and was killed', memory: 'its process ran out of memory', noResult: 'its process crashed'
}

const without = (ended: Killed, message: string, seconds: number): CallOutcome => ({ end: { ended, message }, stdout: '', stderr: '', outputCut: false, seconds })

const outcomeOf = ({ end, stdout, stderr, outputCut, seconds }: CallReport): CallOutcome => ({ end: endOf(end), stdout, stderr, outputCut, seconds })

function endOf(end: CallReport['end']): CallEnd {
  if (end.ended !== 'value') return end
  try {
    return { ended: 'value', value: JSON.parse(end.text) as Json }
  } catch (error) {
    return { ended: 'exception', message: `its answer is no JSON: ${(error as Error).message}` }
  }
}

function unjudgeable(message: string): LabError {
  return new LabError('sandbox', 'sandbox/unsupported', `The task itself fails: ${message}`, { remedy: 'Correct its tables or its gold query.' })
}
