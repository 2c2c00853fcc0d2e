import type { Label } from '../../../trainer/protocol/label.ts'
import type { LabelItem } from '../../protocol/labeller.ts'
import type { QueueEntry } from './labelQueue.ts'
import { entryKey } from './labelQueue.ts'
import { WrittenLabels } from './writtenLabels.ts'

/** Where items come from: the host, one item ahead, with what this page wrote since. */
export class ItemSource {
  readonly #ask: (entry: QueueEntry) => Promise<LabelItem | null>
  readonly #ahead = new Map<string, Promise<LabelItem | null>>()
  readonly #written = new WrittenLabels()

  constructor(ask: (entry: QueueEntry) => Promise<LabelItem | null>) {
    this.#ask = ask
  }

  /** @throws Error where the run does not have the item any more; ViewError where the host cannot tell */
  async read(entry: QueueEntry): Promise<LabelItem> {
    const ahead = this.#ahead.get(entryKey(entry))
    this.#ahead.delete(entryKey(entry))
    const item = await (ahead ?? this.#ask(entry))
    if (!item) throw new Error(`The rollout ${entry.rollout} is not in the run any more.`)
    return { ...item, labels: this.#written.over(item.labels, entry.rollout) }
  }

  /** Reads an item while another is labelled. */
  readAhead(entry: QueueEntry | undefined): void {
    if (!entry || this.#ahead.has(entryKey(entry))) return
    const reading = this.#ask(entry)
    this.#ahead.set(entryKey(entry), reading)
    // It is read again, and fails where it is seen, once it is opened.
    reading.catch(() => this.#ahead.delete(entryKey(entry)))
  }

  /** What was read ahead may be out of date. */
  forgetAhead(): void {
    this.#ahead.clear()
  }

  wrote(labels: readonly Label[]): void {
    this.#written.add(labels)
  }

  /** Labels of an item as it was read, with what was written since. */
  labelsOf({ rollout, labels }: LabelItem): readonly Label[] {
    return this.#written.over(labels, rollout.id)
  }

  undone(rollout: string): void {
    this.#written.forget(rollout)
    this.forgetAhead()
  }
}
