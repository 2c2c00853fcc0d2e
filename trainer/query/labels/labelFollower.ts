import fs from 'node:fs'
import { watchPlaces } from '../watcher.ts'
import type { Watched } from '../watcher.ts'
import type { LabelIndex } from './labelIndex.ts'
import type { RunLabels } from './runLabels.ts'

/** Folders that are made later, and file systems that tell of no changes, are looked at so often. */
const POLL_MS = 1500

/** Follows the folders of all labels that are known: by the system's notices, and by a slow look of its own. */
export class LabelFollower {
  readonly #index: LabelIndex
  readonly #watched = new Map<RunLabels, Watched>()
  readonly #poll: NodeJS.Timeout

  constructor(index: LabelIndex) {
    this.#index = index
    this.#poll = setInterval(() => this.#look(), POLL_MS)
  }

  /** Begins with folders that are new. */
  follow(): void {
    const wanted = new Set(this.#index.followed)
    for (const [labels, { close }] of [...this.#watched]) {
      if (wanted.has(labels)) continue
      close()
      this.#watched.delete(labels)
    }
    for (const labels of wanted) {
      if (!this.#watched.has(labels) && fs.existsSync(labels.folder)) this.#watched.set(labels, watchPlaces([labels.folder], () => this.#index.look(labels)))
    }
  }

  close(): void {
    clearInterval(this.#poll)
    for (const { close } of this.#watched.values()) close()
    this.#watched.clear()
  }

  #look(): void {
    this.follow()
    for (const labels of this.#index.followed) this.#index.look(labels)
  }
}
