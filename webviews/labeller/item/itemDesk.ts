import type { LabelSet } from '../../../trainer/protocol/label.ts'
import { isCancelled, toViewError } from '../../connection/viewError.ts'
import type { ViewError } from '../../connection/viewError.ts'
import type { LabelItem } from '../../protocol/labeller.ts'
import type { Connection } from '../labellerModel.ts'
import { ItemSource } from '../queue/itemSource.ts'
import type { QueueEntry } from '../queue/labelQueue.ts'
import type { WrittenLabels } from '../queue/writtenLabels.ts'
import { commitOf } from './commitOf.ts'
import { LeftUnwritten } from './leftUnwritten.ts'
import { OpenItem } from './openItem.ts'
import { Stopwatch } from './stopwatch.ts'

/** How items are laid out. */
export interface DeskSettings {
  readonly set: LabelSet | undefined
  readonly stopAtFirstError: boolean
  readonly blind: boolean
}

export interface DeskParts {
  readonly connection: Pick<Connection, 'ask'>
  readonly labeler: string
  readonly settings: () => DeskSettings
  readonly onChange: () => void
  readonly now: () => number
}

/** The item in work: it is opened, others' labels of it come in, what is said of it is brought to the disk. */
export class ItemDesk {
  open: OpenItem | undefined
  /** Why nothing is shown, or the item could not be read. */
  error: ViewError | undefined
  /** What was said is being written. */
  writing = false
  /** Segment of the rollout that is labelled. */
  segment = 0
  readonly left = new LeftUnwritten()
  readonly #parts: DeskParts
  readonly #items: ItemSource
  readonly #watch: Stopwatch
  #opening = 0

  constructor(parts: DeskParts) {
    this.#parts = parts
    this.#items = new ItemSource((entry) => parts.connection.ask('item', entry))
    this.#watch = new Stopwatch(parts.now)
  }

  /** A sign of life of the labeler. */
  alive(): void {
    this.#watch.tick()
  }

  /** Lays this item out, or clears the desk. False where something else was asked for meanwhile. */
  async lay(entry: QueueEntry | undefined): Promise<boolean> {
    const opening = ++this.#opening
    if (entry) await this.#read(entry, opening)
    else this.open = undefined
    if (opening !== this.#opening) return false
    this.#watch.restart()
    return true
  }

  async #read(entry: QueueEntry, opening: number): Promise<void> {
    try {
      const item = await this.#items.read(entry)
      const { set, stopAtFirstError, blind } = this.#parts.settings()
      const open = await OpenItem.open(item, this.#parts.labeler, { segment: this.segment, set, stopAtFirstError, ...this.#sinceOpened(item) })
      if (opening !== this.#opening) return
      // What was seen once of an item stays seen where a setting draws it anew.
      open.unseen = blind && (this.open?.item.rollout.id !== item.rollout.id || this.open.unseen)
      this.left.takeUp(open, entry, this.segment)
      this.open = open
      this.error = undefined
    } catch (error) {
      if (opening !== this.#opening || isCancelled(error)) return
      this.open = undefined
      this.error = toViewError(error)
    }
  }

  /** Another setting draws the same item anew: what was said of it meanwhile is still given, until it is completed. */
  #sinceOpened({ rollout, other }: LabelItem): { readonly since?: WrittenLabels } {
    const { open } = this
    const same = open?.item.rollout.id === rollout.id && open.item.other?.id === other?.id && !open.judgement.given.has('completed')
    return same ? { since: open.since } : {}
  }

  /** Reads the next item while this one is labelled. */
  readAhead(entry: QueueEntry | undefined): void {
    this.#items.readAhead(entry)
  }

  /** What was read ahead may be out of date. */
  forgetAhead(): void {
    this.#items.forgetAhead()
  }

  /**
   * Brings what is said to the disk, and tells how many records that took.
   * @throws ViewError where that failed; everything stays as it is then
   */
  async write(completed: boolean): Promise<number> {
    const { open } = this
    if (!open) return 0
    open.writing = undefined
    const { judgement } = open
    const labels = commitOf(open, this.#watch.seconds, completed)
    if (labels.length === 0) return 0
    this.writing = true
    this.#parts.onChange()
    try {
      const written = await this.#parts.connection.ask('commit', { labels })
      this.#items.wrote(written)
      open.since.add(written)
      const since = [...open.judgement.changes].filter(([slot, change]) => judgement.changes.get(slot) !== change)
      open.judgement = { ...open.judgement, changes: new Map(since), history: [] }
      open.relabel(this.#items.labelsOf({ ...open.item, labels: open.labels }))
      return written.length
    } finally {
      this.writing = false
    }
  }

  /** The newest commit of this rollout was taken back. */
  undone(rollout: string): void {
    this.#items.undone(rollout)
    this.open?.since.forget(rollout)
  }

  /** Labels of these rollouts, or of all where none is named, are others now. @throws ViewError where those of the open item cannot be read */
  async labelsChanged(rollouts: readonly string[]): Promise<void> {
    this.#items.forgetAhead()
    const { open } = this
    if (!open || (rollouts.length > 0 && !rollouts.includes(open.item.rollout.id))) return
    const { rollout, other, qualityControl } = open.item
    const { labels } = await this.#items.read({ rollout: rollout.id, ...(other && { other: other.id }), qualityControl })
    if (this.open !== open) return
    open.relabel(labels)
    this.#parts.onChange()
  }
}
