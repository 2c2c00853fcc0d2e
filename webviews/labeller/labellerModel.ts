import type { LabelProgress } from '../../trainer/protocol/labelViews.ts'
import type { ViewConnection } from '../connection/connectView.ts'
import { errorWords, isCancelled, toViewError } from '../connection/viewError.ts'
import type { ViewError } from '../connection/viewError.ts'
import type { LabellerNotices, LabellerRequests, LabellerStart } from '../protocol/labeller.ts'
import { lackingIn } from './item/commitOf.ts'
import { ItemDesk } from './item/itemDesk.ts'
import type { OpenItem, Said } from './item/openItem.ts'
import { STARTING_SETTINGS, readSaved } from './labellerSettings.ts'
import type { LabellerSettings, SavedLabeller } from './labellerSettings.ts'
import { entryKey, LabelQueue } from './queue/labelQueue.ts'
import type { QueueEntry } from './queue/labelQueue.ts'
import { Serial } from './serial.ts'

export type Connection = Pick<ViewConnection<LabellerRequests, LabellerNotices>, 'ask' | 'on' | 'saveState'>

/** Items that one request for drafts is about. */
const SUGGESTED = 10

/**
 * What the labeller works on: the queue, the item that is open, how far the labeler is. Everything that writes goes one after the
 * other; the item changes only once what was said of it is on the disk.
 */
export class LabellerModel {
  readonly start: LabellerStart
  settings: LabellerSettings = STARTING_SETTINGS
  readonly queue = new LabelQueue()
  progress: LabelProgress | undefined
  loading = true
  said = ''
  readonly #connection: Connection
  readonly #onChange: () => void
  readonly #desk: ItemDesk
  readonly #serial = new Serial((error) => (this.said = errorWords(error)))
  /** Items completed here: a queue made by readers that lag behind must not show them again. */
  readonly #completed = new Set<string>()
  /** What the queue is to begin with, where it could not be read. */
  #wanted: QueueEntry | undefined

  constructor(connection: Connection, start: LabellerStart, onChange: () => void, now: () => number = () => performance.now()) {
    this.#connection = connection
    this.start = start
    this.#onChange = onChange
    const labelSet = () => start.labelSets.find(({ name }) => name === this.settings.labelSet)
    this.#desk = new ItemDesk({ connection, labeler: start.labeler, settings: () => ({ ...this.settings, set: labelSet() }), onChange, now })
    connection.on('labelsChanged', ({ rollouts }) => void this.#labelsChanged(rollouts))
    connection.on('show', ({ rollout }) => void this.show({ rollout, qualityControl: false }, true))
  }

  get open(): OpenItem | undefined {
    return this.#desk.open
  }

  /** Why nothing is shown, or the item could not be read. */
  get error(): ViewError | undefined {
    return this.#desk.error
  }

  /** What was said is being written. */
  get writing(): boolean {
    return this.#desk.writing
  }

  /** Segment of the rollout that is labelled. */
  get segment(): number {
    return this.#desk.segment
  }

  /** Takes up where the page was left, with what was said and not written; else begins with the queue. */
  async begin(): Promise<void> {
    const saved = readSaved(this.start.saved)
    if (saved) {
      this.settings = { ...STARTING_SETTINGS, ...saved.settings }
      this.#desk.segment = saved.segment
      this.#desk.left.begin(saved)
    }
    const show = this.start.show === undefined ? undefined : { rollout: this.start.show, qualityControl: false }
    const unwritten = saved?.entry && this.#desk.left.opinionsOf(saved.entry)
    await this.#fill(unwritten?.entry ?? show ?? saved?.entry)
    if (show) this.#seen(show.rollout)
    if (!show || !unwritten || unwritten.entry.rollout === show.rollout || this.open?.item.rollout.id !== unwritten.entry.rollout) return
    this.say('What was said here is not committed yet: Enter commits it. Then open the other rollout again.')
  }

  /** Asks for the queue anew. */
  async #fill(keep?: QueueEntry): Promise<void> {
    const { kind, pairs, seed } = this.settings
    this.loading = true
    this.#desk.error = undefined
    this.#onChange()
    try {
      const entries = await this.#connection.ask('queue', { kind, pairs, seed })
      this.queue.fill(entries.filter((entry) => entry.qualityControl || !this.#completed.has(entryKey(entry))), keep)
      this.#desk.forgetAhead()
      this.#wanted = undefined
    } catch (error) {
      this.#desk.error = toViewError(error)
      this.#wanted = keep
    }
    await Promise.all([this.#openCurrent(), this.#readProgress()])
  }

  async change(settings: Partial<LabellerSettings>): Promise<void> {
    await this.#exclusively(async () => {
      if (!(await this.#write(false))) return
      const asked = { ...this.settings, ...settings }
      const queued = asked.kind !== this.settings.kind || asked.pairs !== this.settings.pairs || asked.seed !== this.settings.seed
      this.settings = asked
      if (queued) await this.#fill()
      else await this.#openCurrent()
    })
  }

  /** Asks again for what could not be read. */
  async retry(): Promise<void> {
    await this.#exclusively(() => this.#fill(this.queue.current ?? this.#wanted))
  }

  /** Hides or shows reward, gold answer and others' labels; what was seen once of an item stays seen. */
  toggleBlind(): void {
    const blind = !this.settings.blind
    this.settings = { ...this.settings, blind }
    if (!blind && this.open) this.open.unseen = false
    this.said = blind ? 'Blind: reward, gold answer and others’ labels are hidden.' : 'Everything is shown.'
    this.changed()
  }

  async chooseSegment(segment: number): Promise<void> {
    await this.#exclusively(async () => {
      if (!(await this.#write(false))) return
      this.#desk.segment = segment
      await this.#openCurrent()
    })
  }

  /** A sign of life of the labeler. */
  alive(): void {
    this.#desk.alive()
  }

  /** What was said changed: it is kept over a reload, and drawn. */
  changed(): void {
    this.#save()
    this.#onChange()
  }

  #save(): void {
    const { settings, segment, open } = this
    const entry = this.queue.current ?? this.#wanted
    const changes = [...(open?.judgement.changes ?? [])]
    const state: SavedLabeller = { version: 1, settings, segment, changes, unseen: open?.unseen ?? true, left: this.#desk.left.all, ...(entry && { entry }) }
    this.#connection.saveState(state)
  }

  async #openCurrent(): Promise<void> {
    const entry = this.queue.current
    this.loading = entry !== undefined
    this.#onChange()
    if (!(await this.#desk.lay(entry))) return
    this.loading = false
    this.changed()
    this.#desk.readAhead(this.queue.peek(1))
  }

  async #readProgress(): Promise<void> {
    try {
      this.progress = await this.#connection.ask('progress', {})
    } catch (error) {
      this.said = toViewError(error).message
    }
    this.#onChange()
  }

  /** Moves along the queue; what was said is written first, and nothing is completed. */
  async go(by: number): Promise<void> {
    await this.#exclusively(async () => {
      if (await this.#write(false)) await this.#move(by)
    })
  }

  async #move(by: number): Promise<void> {
    if (this.queue.move(by)) return this.#openCurrent()
    if (by < 0) this.said = 'This is the first item.'
    else await this.#fill()
  }

  /** Opens a rollout, whether it is in the queue or not. @param seen reward, answer and others' labels were shown before */
  async show(entry: QueueEntry, seen = false): Promise<void> {
    await this.#exclusively(async () => {
      if (!(await this.#write(false))) return
      this.queue.goTo(entry)
      await this.#openCurrent()
      if (seen) this.#seen(entry.rollout)
    })
  }

  /** What is said of it from now on is not blind. */
  #seen(rollout: string): void {
    if (this.open?.item.rollout.id === rollout) this.open.unseen = false
  }

  async commit(): Promise<void> {
    await this.#exclusively(async () => {
      const written = await this.#write(false)
      if (written) this.said = written.count > 0 ? `Committed: ${written.count} ${written.count === 1 ? 'record' : 'records'} on the disk.` : 'Nothing new to commit.'
    })
  }

  async complete(): Promise<void> {
    await this.#exclusively(async () => {
      const { open } = this
      if (!open) return
      const lacking = lackingIn(open)
      if (lacking) return void (this.said = lacking)
      // A preference completes its pair by itself: each of the two is still to be labelled alone.
      if (!(await this.#write(!open.pair))) return
      const entry = this.queue.current
      if (entry) this.#completed.add(entryKey(entry))
      this.said = 'Completed.'
      await this.#move(1)
      void this.#readProgress()
    })
  }

  /** Brings what is said to the disk; undefined where that failed, and everything stays as it is. */
  async #write(completed: boolean): Promise<{ readonly count: number } | undefined> {
    try {
      return { count: await this.#desk.write(completed) }
    } catch (error) {
      this.said = `Not written: ${errorWords(error)}`
      return undefined
    } finally {
      this.changed()
    }
  }

  /** Takes back what was said last; where everything is on the disk, the newest commit of this window. */
  async undo(): Promise<void> {
    if (this.open?.back()) return this.changed()
    await this.#exclusively(async () => {
      const undone = await this.#connection.ask('undo', {})
      if (!undone) return void (this.said = 'There is nothing to take back.')
      this.#desk.undone(undone.rollout)
      for (const key of this.#completed) if (key.startsWith(`${undone.rollout}\n`)) this.#completed.delete(key)
      const other = undone.other ?? (this.open?.item.rollout.id === undone.rollout ? this.open.item.other?.id : undefined)
      this.queue.goTo({ rollout: undone.rollout, ...(other !== undefined && { other }), qualityControl: false })
      await this.#openCurrent()
      this.said = 'The last commit was taken back.'
      void this.#readProgress()
    })
  }

  /** Asks for drafts of this item and the next ones. */
  async suggest(): Promise<void> {
    const rollouts = Array.from({ length: SUGGESTED }, (_, by) => this.queue.peek(by)?.rollout).filter((rollout) => rollout !== undefined)
    if (this.settings.blind) return this.say('Blind mode hides drafts: i shows everything.')
    this.say('Asking for drafts…')
    try {
      const { drafts } = await this.#connection.ask('suggest', { rollouts })
      this.say(drafts === 1 ? '1 draft came.' : `${drafts} drafts came.`)
    } catch (error) {
      if (!isCancelled(error)) this.say(errorWords(error))
    }
  }

  say(words: string | undefined): void {
    this.said = words ?? ''
    this.changed()
  }

  /** The document shows reward and gold answer. */
  openDocument(): void {
    const { open } = this
    if (!open) return
    const rollout = open.item.rollout.id
    open.unseen = false
    this.changed()
    this.#connection.ask('openDocument', { rollout }).catch((error: unknown) => this.say(toViewError(error).message))
  }

  async #labelsChanged(rollouts: readonly string[]): Promise<void> {
    try {
      await this.#desk.labelsChanged(rollouts)
    } catch (error) {
      this.say(toViewError(error).message)
    }
  }

  /** One after the other; a failure is said and ends nothing else. */
  #exclusively(work: () => Promise<void> | void): Promise<void> {
    return this.#serial.run(work).then(() => this.changed())
  }

  /** Something said of the open item. What is said while another is being written waits, so that no key lands on the wrong item. */
  act(saying: (open: OpenItem) => Said): void {
    if (this.#serial.busy) return void this.#exclusively(() => this.#act(saying))
    this.#act(saying)
    this.changed()
  }

  #act(saying: (open: OpenItem) => Said): void {
    this.said = (this.open && saying(this.open)) ?? ''
  }
}
