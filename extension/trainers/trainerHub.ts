import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { pipePath } from '../../trainer/control/pipePath.ts'
import type { PartialText, RecordedNotice, TrainerOrder } from '../../trainer/protocol/control.ts'
import type { RunEvent } from '../../trainer/protocol/events.ts'
import { identityOf, isRunningHere } from '../../trainer/stores/processIdentity.ts'
import type { Consents, FailedStart, LiveRun, QueuedStart, StartRequest, WorkspacePythons } from '../contracts/trainers.ts'
import { CPU, deviceOfFile, deviceOfRun, engineOfFile, engineOfRun } from './deviceOf.ts'
import type { DeviceName } from './deviceOf.ts'
import { isCancelledStart } from './cancelledStart.ts'
import { whereFree, withLock } from './fileLock.ts'
import { LabHostError } from './labHostError.ts'
import { mayHaveGpu } from './mayHaveGpu.ts'
import { labelOfFile } from './runDirectoryName.ts'
import { asQueued, consentsOf, StartQueue } from './startQueue.ts'
import type { Waiting } from './startQueue.ts'
import { logOf, startTrainer } from './startTrainer.ts'
import type { TrainerProgram } from './startTrainer.ts'
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
const deviceOf = ({ device = CPU }: Order): DeviceName => device

const LOOK_MILLISECONDS = 1000
/** Longer than a start takes, which holds its lock. */
const START_LOCK_MILLISECONDS = 630_000
/** A change of the queue is one small file. */
const QUEUE_LOCK_MILLISECONDS = 10_000

/** Starts, finds, attaches to and steers the trainers of this machine; what waits for the device starts when it is free. */
export class TrainerHub {
  readonly #options: HubOptions
  readonly #trainers: TrainerList
  readonly #queue: StartQueue
  readonly #gpu: boolean
  /** What this window starts at once: it stands in the queue, and does not wait. */
  #atOnce: string | undefined
  /** What this window is starting; taken out of the queue it is cancelled. */
  #making: { readonly id: string; readonly removed: AbortController } | undefined
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
    this.#queue = new StartQueue(path.join(options.storage, 'queue.json'))
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
  }

  get live(): readonly LiveRun[] {
    return this.#trainers.shown
  }

  /** Nothing runs or waits that this start would have to wait for. */
  startsNow({ file, overrides }: Pick<StartRequest, 'file' | 'overrides'>): boolean {
    return this.#isFree(deviceOfFile(file, overrides, this.#gpu))
  }

  #isFree(device: DeviceName): boolean {
    return this.#hasRoom(device) && !this.#queue.waiting.some((item) => deviceOf(item) === device)
  }

  #hasRoom(device: DeviceName): boolean {
    const preparing = this.#queue.waiting.filter((item) => deviceOf(item) === device && this.#isPreparing(item)).length
    return this.#trainers.busy(device) + preparing < this.#options.runsPerDevice()
  }

  /** The first that waits for a device with room. */
  get #next(): Waiting | undefined {
    return this.#waiting.find((item) => !this.#isOrdered(item) && this.#hasRoom(deviceOf(item)))
  }

  /** What stands in the queue with nothing more to be made of it: its trainer works, or has ended, and its window did not take it out. */
  get #leftOver(): readonly Waiting[] {
    return this.#ordered.filter((item) => !this.#isPreparing(item))
  }

  /** Whose trainer was given its order: by a window that starts it now, and while none does by one that went before it could take it out. */
  get #ordered(): readonly Waiting[] {
    return this.#waiting.filter((item) => this.#isOrdered(item))
  }

  get queue(): readonly QueuedStart[] {
    return this.#waiting.map((item) => asQueued(item, this.#isOrdered(item)))
  }

  /** Its trainer was given its order. */
  #isOrdered(item: Waiting): boolean {
    return fs.existsSync(logOf(this.#options.storage, item))
  }

  /** Its trainer lives and has not entered itself yet: it needs its device, whether the window that made it is still there or not. */
  #isPreparing({ id, trainer }: Waiting): boolean {
    return trainer !== undefined && isRunningHere(trainer) && !this.#trainers.has(id)
  }

  get #waiting(): readonly Waiting[] {
    return this.#queue.waiting.filter(({ id }) => id !== this.#atOnce)
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
    if (!fs.existsSync(file)) throw new LabHostError('no-file', `There is no run file ${file}.`, 'Save it, or choose another one.')
    const kept = { file, overrides: [...overrides], ...(seed !== undefined && { seed }), ...consentsOf(request) }
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
    return this.#changeQueue(() => this.#queue.move(id, to))
  }

  removeFromQueue(id: string): Promise<void> {
    return this.#changeQueue(() => this.#queue.remove(id))
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
    if (this.#waiting.length === 0 || !this.#options.trusted()) return
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
    const ordered = this.#ordered.map(({ id }) => id).join(' ')
    if (ordered === this.#orderedSeen) return
    this.#orderedSeen = ordered
    this.#options.listener.changed()
  }

  /** All windows change the queue under a lock of its own: nobody waits for a start to move what waits. */
  #changeQueue<T>(change: () => T): Promise<T> {
    return withLock(path.join(this.#trainers.folder, 'queue.lock'), QUEUE_LOCK_MILLISECONDS, async () => {
      this.#queue.refresh()
      const result = change()
      this.#queueChanged()
      return result
    })
  }

  #queueChanged(): void {
    if (this.#making && !this.#queue.waiting.some(({ id }) => id === this.#making?.id)) this.#making.removed.abort()
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
      const added = await this.#changeQueue(() => {
        const one = this.#queue.add(item)
        this.#atOnce = one.id
        return one
      })
      const directory = await this.#startNow(added, signal).finally(() => (this.#atOnce = undefined))
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
    return this.#changeQueue(() => {
      if (this.#waitsAlready(item.request)) return true
      const free = this.#isFree(deviceOf(item))
      if (!free) this.#queue.add(item)
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
    if (!this.#next && this.#leftOver.length === 0) return
    await whereFree(this.#startLock, async () => {
      await this.#changeQueue(() => this.#leftOver.forEach(({ id }) => this.#queue.remove(id)))
      const next = this.#next
      if (!next || this.#disposed) return
      try {
        await this.#startNow(next)
      } catch (error) {
        if (!isCancelledStart(error)) this.#options.listener.startFailed({ label: next.label, request: asQueued(next, false).request, error })
      }
      this.#options.listener.changed()
    })
  }

  /** It stands in the queue until its trainer lives: should this window go before that, another one starts it. */
  async #startNow(item: Waiting, signal?: AbortSignal): Promise<string> {
    const removed = new AbortController()
    this.#making = { id: item.id, removed }
    try {
      const cancelling = signal ? AbortSignal.any([signal, removed.signal]) : removed.signal
      const { directory } = await startTrainer(this.#options.program, orderOf(item, this.#trainers.folder), this.#options.storage, { pythons: item.pythons, signal: cancelling, spawned: (pid) => this.#notePrepared(item, pid) })
      this.#making = undefined
      await this.#trainers.lookFor(item.id)
      return this.#trainers.nameOf(directory)
    } finally {
      this.#making = undefined
      await this.#takeOut(item)
    }
  }

  /** Where the disk is full it stays for now: its log tells that it was started. */
  #takeOut({ id, label }: Waiting): Promise<void> {
    return this.#changeOrLog(() => this.#queue.remove(id), `The start of ${label} could not be taken out of the queue`)
  }

  /** For the next window, should this one go before the run has begun. */
  #notePrepared({ id, label }: Waiting, pid: number): Promise<void> {
    return this.#changeOrLog(() => this.#queue.prepared(id, identityOf(pid)), `The process that starts ${label} could not be noted in the queue`)
  }

  async #changeOrLog(change: () => void, failed: string): Promise<void> {
    try {
      await this.#changeQueue(change)
    } catch (error) {
      this.#options.log(`${failed}: ${String(error)}`)
    }
  }
}

function orderOf({ id, directory, request, asksGit, device = CPU }: Waiting, folder: string): TrainerOrder {
  const by = { registry: folder, id, device, pipe: pipePath(folder, id), token: randomBytes(32).toString('hex') }
  const { trustModules: trustWorkspace = false, ...others } = consentsOf(request)
  const consents = { trustWorkspace, ...others }
  if ('resume' in request) return { kind: 'resume', directory, asksGit, ...consents, ...by }
  const { file, overrides, seed } = request
  return { kind: 'launch', file, overrides, directory, asksGit, ...(seed !== undefined && { seed }), ...consents, ...by }
}
