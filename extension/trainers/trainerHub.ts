import path from 'node:path'
import type { PartialText, RecordedNotice } from '../../trainer/protocol/control.ts'
import type { RunEvent } from '../../trainer/protocol/events.ts'
import type { Consents, FailedStart, LiveRun, QueuedStart, StartRequest, WorkspacePythons } from '../contracts/trainers.ts'
import { endAbandoned } from './abandonedTrainer.ts'
import { deviceOfFile, deviceOfRun, engineOfFile, engineOfRun } from './deviceOf.ts'
import type { DeviceName } from './deviceOf.ts'
import { isCancelledStart } from './cancelledStart.ts'
import { whereFree, withLock } from './fileLock.ts'
import { LabHostError } from './labHostError.ts'
import { mayHaveGpu } from './mayHaveGpu.ts'
import { labelOfFile } from './runDirectoryName.ts'
import { runFileText } from './runFileText.ts'
import { SharedQueue } from './sharedQueue.ts'
import { StartMaker } from './startMaker.ts'
import { asQueued, consentsOf } from './startQueue.ts'
import type { Waiting } from './startQueue.ts'
import type { TrainerProgram } from './startTrainer.ts'
import { StartTurns } from './startTurns.ts'
import type { SteerRequest } from './trainerClient.ts'
import { TrainerList } from './trainerList.ts'
import type { TrainerListOptions } from './trainerList.ts'
import type { WatchedTrainer } from './watchedTrainer.ts'

/** Told of everything that happens; calls must not throw. */
export interface HubListener {
  changed(): void
  event(directory: string, event: RunEvent): void
  partial(directory: string, partial: PartialText): void
  recorded(directory: string, recorded: RecordedNotice): void
  startFailed(failed: FailedStart): void
  /** Whether anybody sits at this window is to be found out: another one would like to steer what this one steers, or it came to steer unasked. */
  asked?(): void
}

export interface HubOptions extends Omit<TrainerListOptions, 'listenTo'> {
  readonly program: TrainerProgram
  /** The extension's own folder for the queue and the logs. */
  readonly storage: string
  readonly runsPerDevice: () => number
  /** What the workspace of this window offers to run PyTorch with; nothing where it is not trusted. */
  readonly workspacePythons: () => Promise<WorkspacePythons>
  /** Whether this machine may have a GPU; default: what its drivers tell. */
  readonly gpu?: boolean
  /** Whether anything of the workspace may be run. */
  readonly trusted: () => boolean
  readonly listener: HubListener
  readonly log: (line: string) => void
  readonly lookMilliseconds?: number
}

type Order = Omit<Waiting, 'id'>

const LOOK_MILLISECONDS = 1000
/** Longer than a start takes, which holds its lock. */
const START_LOCK_MILLISECONDS = 630_000

/** Starts, finds, attaches to and steers the trainers of this machine; what waits for the device starts when it is free. */
export class TrainerHub {
  readonly #options: HubOptions
  readonly #trainers: TrainerList
  readonly #queue: SharedQueue
  readonly #turns: StartTurns
  readonly #maker: StartMaker
  readonly #gpu: boolean
  /** Ids of those that are being started, as of the last look. */
  #orderedSeen = ''
  #timer: NodeJS.Timeout | undefined
  #starting: Promise<void> | undefined
  #present = true
  #disposed = false

  constructor(options: HubOptions) {
    const { listener } = options
    this.#options = options
    this.#gpu = options.gpu ?? mayHaveGpu()
    this.#trainers = new TrainerList({
      ...options,
      listenTo: (directory) => ({
        changed: () => listener.changed(),
        event: (event) => listener.event(directory, event),
        partial: (partial) => listener.partial(directory, partial),
        recorded: (recorded) => listener.recorded(directory, recorded),
        asked: () => listener.asked?.()
      })
    })
    const { storage, runsPerDevice, program, log } = options
    this.#queue = new SharedQueue({ storage, folder: () => this.#trainers.folder, changed: () => this.#queueChanged() })
    this.#turns = new StartTurns({ queue: this.#queue, trainers: this.#trainers, storage, runsPerDevice })
    this.#maker = new StartMaker({ program, storage, queue: this.#queue, trainers: this.#trainers, log })
  }

  get live(): readonly LiveRun[] {
    return this.#trainers.shown
  }

  /** Nothing runs or waits that this start would have to wait for. */
  startsNow({ file, overrides }: Pick<StartRequest, 'file' | 'overrides'>): boolean {
    return this.#turns.isFree({ device: deviceOfFile(file, overrides, this.#gpu) })
  }

  get queue(): readonly QueuedStart[] {
    return this.#turns.shown
  }

  /** Looks for trainers now, and from now on again and again. */
  async attachAll(): Promise<void> {
    this.#keepLooking()
    await this.#trainers.look()
    this.#options.listener.changed()
  }

  async start(request: StartRequest, signal?: AbortSignal): Promise<{ readonly directory: string; readonly queued: boolean }> {
    this.#requireTrust()
    const { file, overrides, directory, seed, pythons } = request
    const text = runFileText(file)
    const kept = { file, ...(text !== undefined && { text }), overrides: [...overrides], ...(seed !== undefined && { seed }), ...consentsOf(request) }
    const label = `${labelOfFile(file)}${seed === undefined ? '' : `, seed ${seed}`}`
    return this.#startOrQueue({ label, directory, request: kept, ...(await this.#needs(deviceOfFile(file, overrides, this.#gpu), engineOfFile(file, overrides), pythons)) }, signal)
  }

  async resume(directory: string, consents: Consents = {}, signal?: AbortSignal): Promise<{ readonly queued: boolean }> {
    this.#requireTrust()
    const request = { resume: directory, ...consentsOf(consents) }
    if (this.#waitsAlready(request)) return { queued: true }
    const { queued } = await this.#startOrQueue({ label: path.basename(directory), directory, request, ...(await this.#needs(deviceOfRun(directory, this.#gpu), engineOfRun(directory))) }, signal)
    return { queued }
  }

  async steer(directory: string, request: SteerRequest): Promise<void> {
    await this.#require(directory).steer(request)
  }

  async endHung(directory: string): Promise<void> {
    await this.#require(directory).endHung()
  }

  moveInQueue(id: string, to: number): Promise<void> {
    return this.#queue.change((queue) => queue.move(id, to, this.#turns.atOnce))
  }

  async removeFromQueue(id: string): Promise<void> {
    const removed = await this.#queue.change((queue) => {
      const item = queue.waiting.find((one) => one.id === id)
      queue.remove(id)
      return item
    })
    if (removed && this.#turns.isPreparing(removed)) await endAbandoned(removed, this.#trainers.folder)
  }

  /** Whether anybody sits at this window; one without people lets its trainers go, for another to steer. */
  set present(present: boolean) {
    this.#present = present
    this.#trainers.present = present
    if (present) this.#look()
  }

  /** Folders of runtimes that living trainers run from. */
  runtimesInUse(): Set<string> {
    return this.#trainers.runtimes()
  }

  dispose(): void {
    this.#disposed = true
    clearInterval(this.#timer)
    this.#trainers.dispose()
  }

  #requireTrust(): void {
    if (!this.#options.trusted()) throw new LabHostError('untrusted', 'This workspace is not trusted, so nothing of it is run.', 'Trust the workspace first; runs can be read without that.')
  }

  #require(directory: string): WatchedTrainer {
    const known = this.#trainers.find(directory)
    if (known) return known
    throw new LabHostError('no-trainer', 'No trainer is working on this run.', 'Resume the run first.')
  }

  #keepLooking(): void {
    this.#timer ??= setInterval(() => this.#look(), this.#options.lookMilliseconds ?? LOOK_MILLISECONDS)
    this.#timer.unref()
  }

  #look(): void {
    if (this.#queue.refresh()) this.#queueChanged()
    this.#lookForOrders()
    if (!this.#present) return
    // One that hangs keeps nobody else waiting: each look ends on its own.
    this.#trainers.look().catch((error: unknown) => this.#options.log(`Looking for trainers failed: ${String(error)}`))
    if (this.#turns.waiting.length === 0 || !this.#options.trusted()) return
    this.#starting ??= this.#startNext()
      .catch((error: unknown) => this.#options.log(`Starting what waits failed: ${String(error)}`))
      .finally(() => (this.#starting = undefined))
  }

  /** Of all windows one starts at a time. The lock lies with the registry. */
  #whileNoneStarts<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return withLock(this.#startLock, START_LOCK_MILLISECONDS, async () => {
      this.#queue.refresh()
      const result = await work()
      this.#options.listener.changed()
      return result
    }, signal)
  }

  get #startLock(): string {
    return path.join(this.#trainers.folder, 'start.lock')
  }

  /** That a start is being made is no change of the queue. */
  #lookForOrders(): void {
    const ordered = this.#turns.ordered.map(({ id }) => id).join(' ')
    if (ordered === this.#orderedSeen) return
    this.#orderedSeen = ordered
    this.#options.listener.changed()
  }

  #queueChanged(): void {
    this.#maker.cancelWhereRemoved()
    this.#options.listener.changed()
  }

  /** The workspace's Pythons are asked for where one is needed: that may take seconds. */
  async #needs(device: DeviceName, { engine }: { readonly engine?: string | undefined }, known?: WorkspacePythons): Promise<Pick<Order, 'device' | 'pythons'>> {
    if (engine !== 'torch') return { device }
    const { selected, folders } = known ?? (await this.#options.workspacePythons())
    return { device, pythons: { selected: [...selected], folders: [...folders] } }
  }

  /** Where it has to wait that is told at once, though another start is being made. */
  async #startOrQueue(asked: Omit<Order, 'asksGit'>, signal: AbortSignal | undefined): Promise<{ readonly directory: string; readonly queued: boolean }> {
    this.#keepLooking()
    const item: Order = { ...asked, asksGit: this.#options.trusted() }
    if (await this.#queueIfTaken(item)) return { directory: item.directory, queued: true }
    return this.#whileNoneStarts(async () => {
      if (await this.#queueIfTaken(item)) return { directory: item.directory, queued: true }
      const added = await this.#queue.change((queue) => {
        const one = queue.add(item)
        this.#turns.atOnce = one.id
        return one
      })
      const directory = await this.#maker.make(added, signal).finally(() => (this.#turns.atOnce = undefined))
      await this.#steerOwn(directory)
      return { directory, queued: false }
    }, signal)
  }

  /** @throws LabHostError `running` where its trainer lives */
  #waitsAlready(request: Order['request']): boolean {
    if (!('resume' in request)) return false
    if (this.#trainers.worksOn(request.resume)) throw new LabHostError('running', 'The run is going on already.', 'Open its dashboard to watch it.')
    return this.#queue.waiting.some((other) => 'resume' in other.request && other.request.resume === request.resume)
  }

  /** A start that is being made stands in the queue: its device is taken. A run may have been resumed since it was asked for. */
  #queueIfTaken(item: Order): Promise<boolean> {
    return this.#queue.change((queue) => {
      if (this.#waitsAlready(item.request)) return true
      const free = this.#turns.isFree(item)
      if (!free) queue.add(item)
      return !free
    })
  }

  /** Another window may have reached the trainer first: whoever started it would not expect to watch it. */
  async #steerOwn(directory: string): Promise<void> {
    const trainer = this.#trainers.find(directory)
    if (trainer?.shown.connection !== 'attached' || trainer.shown.role === 'steering') return
    await trainer.steer('takeSteering').catch((error: unknown) => this.#options.log(`Another window steers ${directory}: ${String(error)}`))
  }

  /** Of all windows, the one that holds the lock starts what waits first. The others look again in a second. */
  async #startNext(): Promise<void> {
    if (!this.#turns.next && this.#turns.leftOver.length === 0) return
    await whereFree(this.#startLock, async () => {
      await this.#queue.change((queue) => this.#turns.leftOver.forEach(({ id }) => queue.remove(id)))
      const { next } = this.#turns
      if (!next || this.#disposed) return
      try {
        await this.#maker.make(next)
      } catch (error) {
        if (!isCancelledStart(error)) this.#options.listener.startFailed({ label: next.label, request: asQueued(next, false).request, error })
      }
      this.#options.listener.changed()
    })
  }
}
