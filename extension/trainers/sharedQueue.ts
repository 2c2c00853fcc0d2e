import path from 'node:path'
import { withLock } from './fileLock.ts'
import { StartQueue } from './startQueue.ts'
import type { Waiting } from './startQueue.ts'

export interface SharedQueueParts {
  /** The extension's own folder. */
  readonly storage: string
  /** Of the registry, in which the lock lies. */
  readonly folder: () => string
  /** Told of each change of this window. */
  readonly changed: () => void
}

/** A change of the queue is one small file. */
const LOCK_MILLISECONDS = 10_000

/** The queue as windows change it: under a lock of its own, so that nobody waits for a start to move what waits. */
export class SharedQueue {
  readonly #queue: StartQueue
  readonly #parts: SharedQueueParts

  constructor(parts: SharedQueueParts) {
    this.#parts = parts
    this.#queue = new StartQueue(path.join(parts.storage, 'queue.json'))
  }

  /** As of the last look. */
  get waiting(): readonly Waiting[] {
    return this.#queue.waiting
  }

  has(id: string): boolean {
    return this.waiting.some((item) => item.id === id)
  }

  /** Looks again. Answers whether another window had changed it. */
  refresh(): boolean {
    return this.#queue.refresh()
  }

  change<T>(change: (queue: StartQueue) => T): Promise<T> {
    return withLock(path.join(this.#parts.folder(), 'queue.lock'), LOCK_MILLISECONDS, async () => {
      this.#queue.refresh()
      const result = change(this.#queue)
      this.#parts.changed()
      return result
    })
  }
}
