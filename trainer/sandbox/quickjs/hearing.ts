import type { Call } from '../sandbox.ts'
import type { Limits } from '../../protocol/execution.ts'
import { CallClock } from '../wasm/callClock.ts'
import type { CallReport, ReportedEnd } from '../wasm/workerMessages.ts'

type Stop = Extract<ReportedEnd, { message: string }>['ended']

/** What the host hears of one call: output, sightings and how it ended. The first end counts; what comes after it is not heard. */
export class Hearing {
  readonly #style: Call['style']
  readonly #limits: Limits
  readonly #clock: CallClock
  readonly #printed = { out: '', err: '' }
  readonly #sightings: CallReport['sightings'] = []
  readonly #limitsHit = new Set<CallReport['limitsHit'][number]>()
  #bytesLeft: number
  #end: ReportedEnd | undefined
  #looks = 0
  #lacksMemory = false

  constructor(style: Call['style'], limits: Limits, clock = new CallClock()) {
    this.#clock = clock
    this.#style = style
    this.#limits = limits
    this.#bytesLeft = limits.outputBytes
  }

  get over(): boolean {
    return this.#end !== undefined
  }

  finish(end: ReportedEnd): void {
    this.#end ??= end
  }

  stop(ended: Stop, message: string, limit?: CallReport['limitsHit'][number]): void {
    if (this.over) return
    this.#end = { ended, message }
    if (limit) this.#limitsHit.add(limit)
  }

  /** Whether the interpreter must stop; asked by it every few thousand instructions. */
  mustStop(): boolean {
    const { wallSeconds, cpuSeconds } = this.#limits
    if (this.#clock.isLate(wallSeconds)) this.stopLate('wallSeconds', wallSeconds)
    else if (this.#looks++ % LOOKS_PER_CPU === 0 && this.#clock.cpuSeconds > cpuSeconds) this.stopLate('cpuSeconds', cpuSeconds)
    return this.over
  }

  stopLate(limit: 'wallSeconds' | 'cpuSeconds', seconds: number): void {
    this.stop('timeout', `more than ${seconds} s`, limit)
  }

  /** The interpreter was refused memory; what the program made of that shows when it ends. */
  lackMemory(): void {
    this.#lacksMemory = true
  }

  /** An error that nobody caught. Where memory is short, there may be none for an error that says so, and null is thrown in its place. */
  threw(message: string): void {
    const short = this.#lacksMemory && (message === '' || message === 'Uncaught null')
    if (short || /^InternalError: out of memory/.test(message)) this.stop('memory', 'out of memory', 'memoryMegabytes')
    else this.stop('exception', message.slice(0, LONGEST_MESSAGE))
  }

  /** @returns whether that was more than may be printed. */
  print(stream: 'out' | 'err', text: string): boolean {
    if (this.over) return true
    const bytes = Buffer.byteLength(text)
    this.#printed[stream] += bytes <= this.#bytesLeft ? text : cutToBytes(text, this.#bytesLeft)
    this.#bytesLeft -= bytes
    if (this.#bytesLeft < 0) this.stop('outputLimit', `more than ${this.#limits.outputBytes} bytes`, 'outputBytes')
    return this.over
  }

  exit(code: number): void {
    if (this.#style === 'stdin') return this.finish({ ended: 'exit', code })
    if (!this.over) this.#sightings.push({ kind: 'earlyExit', why: `ended its process with code ${code} instead of answering` })
    this.stop('noResult', `it ended its process with code ${code}`)
  }

  forbidden(what: string): void {
    if (!this.over && this.#sightings.length < MOST_SIGHTINGS) this.#sightings.push({ kind: 'forbiddenAccess', why: what.slice(0, LONGEST_WHY) })
  }

  report(worker: CallReport['worker']): CallReport {
    return {
      kind: 'call', end: this.#end ?? { ended: 'noResult', message: '' }, stdout: this.#printed.out, stderr: this.#printed.err, outputCut: this.#bytesLeft < 0,
      seconds: this.#clock.seconds, cpuSeconds: this.#clock.cpuSeconds, sightings: this.#sightings, limitsHit: [...this.#limitsHit], worker
    }
  }
}

/** Asking for the CPU's clock is a system call. */
const LOOKS_PER_CPU = 16
const MOST_SIGHTINGS = 8
const LONGEST_WHY = 200
const LONGEST_MESSAGE = 4000

/** Without half a character at its end. */
function cutToBytes(text: string, bytes: number): string {
  return Buffer.from(text).subarray(0, Math.max(0, bytes)).toString('utf8').replace(/\uFFFD$/, '')
}
