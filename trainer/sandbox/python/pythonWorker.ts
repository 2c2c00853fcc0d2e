import { constants } from 'node:buffer'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { LabError } from '../../errors.ts'
import { endGroup } from '../endGroup.ts'
import { infrastructure } from '../pool/failures.ts'
import type { PoolWorker } from '../pool/worker.ts'
import type { ExecutionRequest } from '../sandbox.ts'
import { frame, FrameReader } from './frameReader.ts'
import { endedByCandidate, readOutcome } from './workerOutcome.ts'

/** How a worker is started and ended. */
export interface WorkerLaunch {
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** Whether it may serve several candidates, one after another. */
  readonly reusable: boolean
  /** Whether a candidate can end the worker, so that its end is a result and not the machine's failure. */
  readonly deathIsTheCandidates?: boolean
  /** What is left to do once the process is gone. */
  readonly cleanUp?: () => Promise<void>
}

type Told = ReturnType<typeof readOutcome>

/** A process that runs Python candidates: the program in `worker/`, whatever sandbox is around it. */
export class PythonWorker implements PoolWorker {
  readonly ended: Promise<void>
  readonly #child: ChildProcess
  readonly #launch: WorkerLaunch
  #errors = ''
  #served = false
  #broken = false
  #cleaning: Promise<void> | undefined
  /** Without words where the process has ended. */
  #hear: (payload?: string) => void = () => undefined

  private constructor(launch: WorkerLaunch) {
    this.#launch = launch
    this.#child = spawn(launch.command[0]!, launch.command.slice(1), {
      stdio: ['pipe', 'pipe', 'pipe'], env: launch.environment, windowsHide: true,
      // Out of reach of the Ctrl-C that is meant for the trainer, and killed as a group.
      detached: process.platform !== 'win32'
    })
    this.ended = new Promise((resolve) => {
      this.#child.once('close', () => resolve()).once('error', (error) => { this.#errors += error.message; resolve() })
    })
    void this.ended.then(() => this.#hear())
    this.#child.stdin?.on('error', () => void this.kill())
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => { this.#errors = (this.#errors + text).slice(-2000) })
    const reader = new FrameReader(LONGEST_OUTCOME, (payload) => this.#hear(payload), () => void this.kill())
    this.#child.stdout?.on('data', (bytes: Buffer) => reader.take(bytes))
  }

  /** @throws LabError `sandbox/infrastructure`. */
  static async start(launch: WorkerLaunch): Promise<PythonWorker> {
    const worker = new PythonWorker(launch)
    let timer: NodeJS.Timeout | undefined
    const started = await new Promise<boolean>((resolve) => {
      worker.#hear = (payload) => resolve(payload !== undefined)
      timer = setTimeout(() => resolve(false), START_SECONDS * 1000)
    })
    clearTimeout(timer)
    if (started) return worker
    await worker.kill()
    throw infrastructure(`The sandbox’s process did not start: ${worker.#errors.trim() || `no answer within ${START_SECONDS} s`}`)
  }

  get reusable(): boolean {
    return !this.#broken && (this.#launch.reusable || !this.#served)
  }

  /** Of the outermost process, for tests. */
  get pid(): number | undefined {
    return this.#child.pid
  }

  /** @throws LabError `sandbox/infrastructure` where the machine failed, not the candidate. */
  async serve({ files, calls, limits }: ExecutionRequest): Promise<Told> {
    this.#served = true
    const answered = new Promise<string | undefined>((resolve) => { this.#hear = resolve })
    const request = [{ files, limits, calls: calls.length }, ...calls].map((each) => frame(JSON.stringify(each)))
    this.#child.stdin?.write(Buffer.concat(request))
    const payload = await answered
    if (payload === undefined && this.#launch.deathIsTheCandidates && !this.#broken) return endedByCandidate(calls.length)
    if (payload === undefined) throw infrastructure(`The sandbox’s process ended while it ran a candidate: ${this.#errors.trim() || 'it said nothing'}`)
    return this.#read(payload, calls.length)
  }

  async kill(): Promise<void> {
    this.#broken = true
    endGroup(this.#child)
    await this.ended
    // What a candidate closed to us, or a container that is being removed already: no reason to end the trainer.
    this.#cleaning ??= this.#launch.cleanUp?.().catch(() => undefined) ?? Promise.resolve()
    await this.#cleaning
  }

  #read(payload: string, calls: number): Told {
    try {
      return readOutcome(payload, calls)
    } catch (error) {
      this.#broken = true
      throw error instanceof LabError ? error : infrastructure('The sandbox told what cannot be read.', error)
    }
  }
}

const START_SECONDS = 60
/** Outputs and answers are cut in the worker. No longer text could be made of bytes. */
const LONGEST_OUTCOME = constants.MAX_STRING_LENGTH
