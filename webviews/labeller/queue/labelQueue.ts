/** One entry of the queue, as the host names it. */
export interface QueueEntry {
  readonly rollout: string
  readonly other?: string
  readonly qualityControl: boolean
}

/** Entries in the order to label, and where the labeler is. */
export class LabelQueue {
  #entries: QueueEntry[] = []
  #at = -1

  get at(): number {
    return this.#at
  }

  get length(): number {
    return this.#entries.length
  }

  get current(): QueueEntry | undefined {
    return this.#entries[this.#at]
  }

  /** The entry that comes `by` further, which may not be there. */
  peek(by: number): QueueEntry | undefined {
    return this.#entries[this.#at + by]
  }

  /** Another order; `keep` stays in front where it is not in it. */
  fill(entries: readonly QueueEntry[], keep?: QueueEntry): void {
    const known = keep ? entries.findIndex((entry) => sameEntry(entry, keep)) : -1
    this.#entries = keep && known < 0 ? [keep, ...entries] : [...entries]
    this.#at = this.#entries.length === 0 ? -1 : Math.max(0, known)
  }

  /** Moves by so many entries; false where there is none. */
  move(by: number): boolean {
    const to = this.#at + by
    if (to < 0 || to >= this.#entries.length) return false
    this.#at = to
    return true
  }

  /** Goes to this rollout, which is put in at this place where the queue lacks it. */
  goTo(entry: QueueEntry): void {
    const known = this.#entries.findIndex((each) => each.rollout === entry.rollout && (entry.other === undefined ? each.other === undefined : sameEntry(each, entry)))
    if (known >= 0) this.#at = known
    else {
      this.#at = Math.max(0, this.#at)
      this.#entries.splice(this.#at, 0, entry)
    }
  }
}

/** The same for the same item. */
export const entryKey = ({ rollout, other }: QueueEntry): string => `${rollout}\n${other ?? ''}`

const sameEntry = (one: QueueEntry, other: QueueEntry) => entryKey(one) === entryKey(other)
