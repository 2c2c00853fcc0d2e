import { rebase } from '../judging/judgement.ts'
import { unwrittenIn } from '../labellerSettings.ts'
import type { SavedLabeller, Unwritten } from '../labellerSettings.ts'
import { entryKey } from '../queue/labelQueue.ts'
import type { QueueEntry } from '../queue/labelQueue.ts'
import type { OpenItem } from './openItem.ts'

/** Items whose unwritten opinions wait for them at most. */
const LEFT = 20

/** What the page before left unwritten: it waits until its item is open, which may fail at first. */
export class LeftUnwritten {
  #left: readonly Unwritten[] = []

  get all(): readonly Unwritten[] {
    return this.#left
  }

  begin(saved: SavedLabeller): void {
    this.#left = unwrittenIn(saved).slice(-LEFT)
  }

  /** Opinions of this item that are on no disk. */
  opinionsOf(entry: QueueEntry): Unwritten | undefined {
    return this.#left.find((each) => entryKey(each.entry) === entryKey(entry) && each.changes.length > 0)
  }

  /** What was said of the item before the page was loaded. */
  takeUp(open: OpenItem, entry: QueueEntry, segment: number): void {
    if (this.#left.some((each) => each.entry.rollout === entry.rollout && !each.unseen)) open.unseen = false
    const left = this.#left.find((each) => entryKey(each.entry) === entryKey(entry) && each.segment === segment)
    if (!left) return
    open.judgement = rebase({ ...open.judgement, changes: new Map(left.changes) }, open.judgement.given)
    this.#left = this.#left.filter((each) => each !== left)
  }
}
