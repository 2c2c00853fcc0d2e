import { setTimeout as sleep } from 'node:timers/promises'
import type { ControlRole, PartialText, RecordedNotice, TrainerEntry } from '../../trainer/protocol/control.ts'
import type { RunEvent } from '../../trainer/protocol/events.ts'
import { readEntry, sweepEntry } from '../../trainer/control/registry.ts'
import { isProvenRunning, isRunningHere } from '../../trainer/stores/processIdentity.ts'
import type { LiveRun } from '../contracts/trainers.ts'
import { LabHostError } from './labHostError.ts'
import { recordedEnd } from './recordedEnd.ts'
import { answersCalls, attach, inTime } from './trainerClient.ts'
import type { Attached, SteerRequest, TrainerClient, TrainerNotice } from './trainerClient.ts'

export interface WatchTimes {
  readonly helloMilliseconds: number
  readonly pingMilliseconds: number
  /** A ping without an answer for so long means hung. */
  readonly hungMilliseconds: number
}

export const WATCH_TIMES: WatchTimes = { helloMilliseconds: 5000, pingMilliseconds: 5000, hungMilliseconds: 15_000 }

export interface WatchParts {
  readonly folder: string
  readonly client: string
  readonly times: WatchTimes
  readonly changed: () => void
  readonly event: (event: RunEvent) => void
  readonly partial: (partial: PartialText) => void
  readonly recorded: (recorded: RecordedNotice) => void
  /** Whether anybody sits here is to be found out: another window would like to steer, or this one came to steer without having asked. */
  readonly asked: () => void
}

type Shown = { -readonly [K in keyof LiveRun]: LiveRun[K] }

const LOST = 'The trainer ended without saying so: it was killed, or the machine ran out of memory. Nothing recorded is lost; resume the run to go on.'
const NO_PIPE = 'The trainer runs, but its pipe is gone, so that it cannot be reached. It goes on recording; end it to resume the run under control.'
/** A trainer may be busy for a while in writing a step. */
const STEER_MILLISECONDS = 20_000
/** Looks at a process whose pipe is gone before it counts as hung: a pipe closes a moment before its process ends. */
const LOOKS = 5

/** One trainer as this window knows it: attached to, asked whether it lives, steered, and given up where it has gone. */
export class WatchedTrainer {
  readonly entry: TrainerEntry
  readonly #parts: WatchParts
  readonly #shown: Shown
  #client: TrainerClient | undefined
  #timer: NodeJS.Timeout | undefined
  #attaching: Promise<void> | undefined
  #shaken = false
  #misses = 0
  #notBefore = 0
  #disposed = false
  /** Steered when it was withdrawn. */
  #back = false
  #withdrawals = 0

  constructor(entry: TrainerEntry, parts: WatchParts) {
    this.entry = entry
    this.#parts = parts
    this.#shown = { directory: entry.directory, runId: entry.runId, connection: 'attaching', role: 'watching' }
  }

  get shown(): LiveRun {
    return { ...this.#shown }
  }

  /** Whether it is over, as far as this window goes. */
  get over(): boolean {
    return this.#shown.connection === 'ended' || this.#shown.connection === 'lost'
  }

  /** Answered a handshake as the trainer that the entry names, at some time. */
  get shaken(): boolean {
    return this.#shaken
  }

  /** Whether its process has ended; looks at the system only where it is not attached. */
  get dead(): boolean {
    return this.#client === undefined && !isRunningHere(this.entry)
  }

  /** Attaches where it is not attached. Resolves to false where the entry turned out not to be a trainer's. */
  async look(): Promise<boolean> {
    if (this.#client || this.over || this.#disposed || Date.now() < this.#notBefore) return true
    let genuine = true
    this.#attaching ??= this.#attach().then((kind) => void (genuine = kind !== 'stranger')).finally(() => (this.#attaching = undefined))
    await this.#attaching
    return genuine
  }

  async steer(request: SteerRequest): Promise<void> {
    if (!this.#client) throw new LabHostError('not-attached', `The trainer of ${this.entry.runId} cannot be reached now.`, this.#shown.explanation ?? 'Try again in a moment.')
    const answer = await inTime(STEER_MILLISECONDS, this.#client.steer(request).catch((error: unknown) => {
      throw new LabHostError('gone', 'The trainer ended before it answered.', 'Look at the run: resume it where it has more to do.', { cause: error })
    }))
    if (!answer) throw new LabHostError('hung', 'The trainer does not answer.', 'Wait, or end it: nothing recorded is lost, and the run resumes.')
    if (!answer.applied) throw new LabHostError('not-applied', answer.reason ?? 'The trainer did not do it.', '')
    if (request === 'takeSteering') this.#show({ role: 'steering' })
  }

  /**
   * Kills a trainer that does not answer. Its process is signalled only if the registry still names it, its pid has the start
   * time that the entry tells, and it has shaken hands or holds the pipe.
   * @throws LabHostError `not-hung`, `not-proven`
   */
  async endHung(): Promise<void> {
    if (this.#shown.connection !== 'hung') throw new LabHostError('not-hung', 'The trainer answers.', 'Use Stop Now to stop it.')
    if (!(await this.#isProven())) {
      throw new LabHostError('not-proven', `It cannot be made sure that process ${this.entry.pid} is the trainer of this run.`, 'Look at that process and end it by hand if it is.')
    }
    process.kill(this.entry.pid, 'SIGKILL')
    while (!this.dead && isProvenRunning(this.entry)) await sleep(50)
    this.#lose('The trainer did not answer and was ended. Nothing recorded is lost; resume the run to go on.')
  }

  /** Lets the trainer go, so that another window may steer; `look` attaches again. */
  withdraw(): void {
    this.#withdrawals++
    if (this.#client && this.#shown.role === 'steering') this.#back = true
    this.#client?.close()
  }

  dispose(): void {
    this.#disposed = true
    clearInterval(this.#timer)
    this.#client?.close()
    this.#client = undefined
  }

  async #isProven(): Promise<boolean> {
    const now = readEntry(this.#parts.folder, this.entry.id)
    const same = now?.pid === this.entry.pid && now.startedAt === this.entry.startedAt && now.token === this.entry.token
    return same && isProvenRunning(this.entry) && (this.#shaken || (await answersCalls(this.entry.pipe)))
  }

  async #attach(): Promise<Attached['kind']> {
    const { client, times } = this.#parts
    const withdrawals = this.#withdrawals
    let closed = false
    const attached = await attach(this.entry, {
      client, steer: true, back: this.#back, helloMilliseconds: times.helloMilliseconds,
      onNotice: (notice) => this.#take(notice),
      onClosed: () => {
        closed = true
        this.#closed()
      }
    })
    if (this.#disposed || withdrawals !== this.#withdrawals) {
      if (attached.kind === 'attached') attached.client.close()
      return 'gone'
    }
    if (attached.kind === 'attached' && !closed) this.#welcome(attached)
    else this.#explain(attached)
    return attached.kind
  }

  #welcome({ client, hello }: Extract<Attached, { kind: 'attached' }>): void {
    this.#client = client
    this.#shaken = true
    this.#back = false
    this.#misses = 0
    const { role, state, lastEvent, metrics } = hello
    this.#show({ connection: 'attached', explanation: undefined, role, ...(state && { state }), ...(lastEvent && { lastEvent }), ...(metrics && { metrics }) })
    this.#timer = setInterval(() => void this.#ping(client), this.#parts.times.pingMilliseconds)
    this.#timer.unref()
  }

  #explain(attached: Attached): void {
    if (attached.kind === 'mismatch' || attached.kind === 'silent') this.#notBefore = Date.now() + this.#parts.times.pingMilliseconds
    switch (attached.kind) {
      case 'mismatch': {
        const { protocol, runtimeVersion } = attached.theirs
        const why = `The trainer of this run was started by another version of Rollout Lab (${runtimeVersion}, control protocol ${protocol}). It goes on recording; its run can be read here, and resumed here once it has ended.`
        return this.dead ? this.#lose() : this.#show({ connection: 'mismatch', explanation: why })
      }
      case 'silent': return this.#show({ connection: 'hung', explanation: this.#hungFor(this.#parts.times.helloMilliseconds) })
      case 'gone':
      case 'attached': {
        if (this.dead) return this.#lose()
        if (++this.#misses >= LOOKS) this.#show({ connection: 'hung', explanation: NO_PIPE })
        return
      }
      case 'stranger':
    }
  }

  async #ping(client: TrainerClient): Promise<void> {
    const { hungMilliseconds } = this.#parts.times
    const answered = await inTime(hungMilliseconds, client.ping().then(() => true, () => undefined))
    if (this.#client !== client || this.#disposed) return
    if (answered) this.#answers()
    else this.#show({ connection: 'hung', explanation: this.#hungFor(hungMilliseconds) })
  }

  #hungFor(milliseconds: number): string {
    return `Process ${this.entry.pid} is alive but has not answered for ${Math.max(1, Math.round(milliseconds / 1000))} s. Wait, or end it: nothing recorded is lost, and the run resumes.`
  }

  #answers(): void {
    if (this.#shown.connection === 'hung') this.#show({ connection: 'attached', explanation: undefined })
  }

  #take(notice: TrainerNotice): void {
    if (this.#disposed) return
    this.#answers()
    switch (notice.notice) {
      case 'event': return this.#takeEvent(notice.params)
      case 'partial': return this.#parts.partial(notice.params)
      case 'recorded': return this.#parts.recorded(notice.params)
      case 'state': return this.#show({ state: notice.params })
      case 'role': return this.#takeRole(notice.params.role)
      case 'asked': return this.#parts.asked()
    }
  }

  /** Steering that was inherited may have come to a window that nobody sits at. */
  #takeRole(role: ControlRole): void {
    const inherited = role === 'steering' && this.#shown.role !== 'steering'
    this.#show({ role })
    if (inherited) this.#parts.asked()
  }

  #takeEvent(event: RunEvent): void {
    this.#show({ lastEvent: event, ...(event.type === 'stepFinished' && { metrics: event.metrics }) })
    this.#parts.event(event)
  }

  /** A pipe that closes after the run's last event is an end; else the trainer is gone, or has let this window go. */
  #closed(): void {
    clearInterval(this.#timer)
    this.#client = undefined
    if (this.#disposed || !this.#shaken || this.over) return
    const { lastEvent } = this.#shown
    if (lastEvent?.type === 'runFinished' || lastEvent?.type === 'runFailed') {
      this.#show({ connection: 'ended', explanation: lastEvent.type === 'runFailed' ? `${lastEvent.message} ${lastEvent.remedy}` : undefined })
    } else {
      this.#show({ connection: 'attaching' })
    }
  }

  #lose(explanation = LOST): void {
    clearInterval(this.#timer)
    this.#client?.close()
    this.#client = undefined
    sweepEntry(this.#parts.folder, this.entry)
    // The last words of a trainer may not have arrived; what it recorded before them tells how it ended.
    const end = recordedEnd(this.entry.directory, this.entry.runId)
    this.#show(end ? { connection: 'ended', state: end, explanation: end.error && `${end.error.message} ${end.error.remedy}` } : { connection: 'lost', explanation })
  }

  #show(change: { -readonly [K in keyof LiveRun]?: LiveRun[K] | undefined }): void {
    const before = JSON.stringify(this.#shown)
    const { explanation } = change
    Object.assign(this.#shown, change)
    if ('explanation' in change && explanation === undefined) delete this.#shown.explanation
    if (JSON.stringify(this.#shown) !== before) this.#parts.changed()
  }
}

